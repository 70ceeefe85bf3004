// Epochs: the store keeps the set that follows a boundary block, and its certificates lead from the genesis set to the
// next one.
#include <doctest/doctest.h>

#include "ledger/core/fact.h"
#include "unit/store/network.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::node::MadeBlock;

namespace {

/// Appends blocks by hand: the executor follows one set only.
class TwoEpochs {
 public:
  TwoEpochs() : store_(*store::Store::open(options_in(folder_.path()), first_.genesis())) {
    MadeBlock genesis = qilian::node::make_genesis_block(first_.genesis());
    REQUIRE(store_->append(genesis.block, genesis.ids, genesis.change));
    header_ = genesis.header;
    next_ = second_.genesis().validators;
    next_.epoch = Epoch(1);
  }

  void append(const Network& signers, const ValidatorSet& set, const std::string& record, bool boundary) {
    const auto transaction = first_.transaction("put.a", record);
    const Transaction* transactions[] = {transaction.get()};
    const auto state = store_->latest();
    const MerkleMap map = *store_->map(header_.height);
    MadeBlock made = qilian::node::make_block({.genesis = first_.genesis(),
                                               .validators = set,
                                               .parent = header_,
                                               .parent_hash = header_.hash(),
                                               .history_root = store_->history_root(header_.height.next()),
                                               .map = map,
                                               .state = *state,
                                               .keys = *state},
                                              TimeMs(kStart + 1000), ReplicaId(0), transactions);
    if (boundary) {
      made.header.next_validators_hash = next_.hash();
      made.block.header = made.header.encode();
    }
    REQUIRE(store_->append(made.block, made.ids, made.change));
    header_ = made.header;
    REQUIRE(store_->append_certificate(certificate(signers)));
  }

  void both_epochs() {
    append(first_, first_.genesis().validators, "first epoch", false);
    append(first_, first_.genesis().validators, "boundary", true);
    REQUIRE(store_->append_validators(Height(2), next_));
    append(second_, next_, "second epoch", false);
  }

  Folder folder_;
  Network first_{4};
  Network second_{7};
  std::unique_ptr<store::Store> store_;
  Header header_;
  ValidatorSet next_;

 private:
  /// A network's keys sign for the chain of the first one.
  BlockCertificate certificate(const Network& signers) const { return signers.certify(header_); }
};

}  // namespace

TEST_CASE("a fact of a later epoch is proved through the hand-over, also after a reopen") {
  TwoEpochs chain;
  chain.both_epochs();
  auto check = [&] {
    const auto built = chain.store_->state_fact({Claim::kCurrent, {kKind, "a"}, {}, {}});
    if (!built) FAIL(built.error().message);
    const auto verified = verify_fact(*built, chain.first_.genesis());
    if (!verified) FAIL(verified.error().message);
    CHECK(verified->validators == chain.next_);
    CHECK(std::get<VerifiedState>(verified->fact).entries.at(0).record == "second epoch");
    const auto old = chain.first_.transaction("put.a", "first epoch");
    const auto under_first = verify_fact(*chain.store_->transaction_fact(old->id()), chain.first_.genesis());
    REQUIRE(under_first);
    CHECK(under_first->validators.epoch == Epoch(0));
  };
  check();
  REQUIRE(chain.store_->sync());
  chain.store_.reset();
  chain.store_ = *store::Store::open(options_in(chain.folder_.path()), chain.first_.genesis());
  check();
}

TEST_CASE("only the set that a boundary header names is kept, and without it nothing later is provable yet") {
  TwoEpochs chain;
  const ValidatorSet old = chain.first_.genesis().validators;
  chain.append(chain.first_, old, "first epoch", false);
  CHECK(chain.store_->append_validators(Height(1), chain.next_).error().code == "store.order");
  chain.append(chain.first_, old, "boundary", true);
  CHECK(chain.store_->append_validators(Height(2), old).error().code == "store.order");
  chain.append(chain.second_, chain.next_, "second epoch", false);
  CHECK(chain.store_->state_fact({Claim::kCurrent, {kKind, "a"}, {}, {}}).error().code == "store.pending");
}
