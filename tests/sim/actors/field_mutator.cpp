// Every field of every message: one more, one less, zero, the maximum, an older and a far later value; lists cut,
// doubled, turned around, emptied. Most of it signed again, so that the signature is not what refuses it.
#include <limits>

#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"

namespace qilian::sim {

namespace {

constexpr unsigned kWays = 6;

/// Walks the fields of a message in a fixed order and changes the one whose turn it is.
class Field {
 public:
  Field(unsigned target, unsigned way, Random& random) : target_(target), way_(way), random_(random) {}
  unsigned count() const { return next_; }

  template <class N>
    requires requires(N& n) { n.value(); }
  void operator()(N& number) {
    if (next_++ != target_) return;
    using Value = std::decay_t<decltype(number.value())>;
    const Value value = number.value();
    switch (way_) {
      case 0:
        number = N(value + 1);
        break;
      case 1:
        number = N(value - 1);
        break;
      case 2:
        number = N(0);
        break;
      case 3:
        number = N(std::numeric_limits<Value>::max());
        break;
      case 4:
        number = N(value > 0 ? static_cast<Value>(random_.below(static_cast<std::uint64_t>(value))) : 0);
        break;
      default:
        number = N(value + 1000);
        break;
    }
  }
  void operator()(bool& flag) {
    if (next_++ == target_) flag = !flag;
  }
  void operator()(Bytes& bytes) {
    if (next_++ != target_) return;
    switch (way_) {
      case 0:
        bytes.push_back('\xff');
        break;
      case 1:
        if (!bytes.empty()) bytes.pop_back();
        break;
      case 2:
        std::ranges::fill(bytes, '\0');
        break;
      case 3:
        std::ranges::fill(bytes, '\xff');
        break;
      case 4:
        bytes.clear();
        break;
      default:
        bytes.assign(600, '\x7');
        break;
    }
  }
  template <class H>
    requires requires(H& h) {
      h.bytes;
      H::kSize;
    }
  void operator()(H& hash) {
    if (next_++ != target_) return;
    switch (way_) {
      case 0:
        hash = twisted(hash);
        break;
      case 1:
        hash.bytes.back() = static_cast<char>(hash.bytes.back() ^ 0x80);
        break;
      case 2:
        hash = H();
        break;
      case 3:
        hash.bytes.fill('\xff');
        break;
      default:
        hash = random_hash<H>(random_);
        break;
    }
  }
  template <class T>
  void operator()(std::vector<T>& list) {
    if (next_++ != target_) return;
    switch (way_) {
      case 0:
        if (!list.empty()) list.push_back(list.front());
        break;
      case 1:
        if (!list.empty()) list.pop_back();
        break;
      case 2:
        std::ranges::reverse(list);
        break;
      case 3:
        for (T& one : list) one = list.front();
        break;
      case 4:
        list.clear();
        break;
      default:
        list.emplace_back();
        break;
    }
  }

 private:
  unsigned target_, way_, next_ = 0;
  Random& random_;
};

void walk(CheckpointCertificate& c, Field& f) { f(c.epoch), f(c.height), f(c.header), f(c.signers), f(c.signatures); }
template <class Vote>
  requires requires(Vote& v) { v.sequence; }
void walk(Vote& vote, Field& f) {
  f(vote.epoch), f(vote.view), f(vote.sequence), f(vote.digest), f(vote.sender);
}
void walk(PrePrepare& m, Field& f) {
  f(m.epoch), f(m.view), f(m.sequence), f(m.digest), f(m.sender);
  if (!m.proposal) return;
  Proposal copy = *m.proposal;
  f(copy.chain), f(copy.epoch), f(copy.sequence), f(copy.proposer), f(copy.time), f(copy.envelopes);
  if (copy == *m.proposal) return;
  // Another body: half of them under the digest that fits it.
  if (copy.time.value() % 2 == 0) m.digest = copy.digest();
  m.proposal = std::make_shared<const Proposal>(std::move(copy));
}
void walk(Checkpoint& m, Field& f) { f(m.epoch), f(m.height), f(m.header), f(m.sender); }
void walk(ViewChange& m, Field& f) {
  f(m.epoch), f(m.view), f(m.sender), f(m.prepared), walk(m.stable, f);
  PreparedCertificate none;
  PreparedCertificate& p = m.prepared.empty() ? none : m.prepared.front();
  f(p.view), f(p.sequence), f(p.digest), f(p.pre_prepare), f(p.preparers), f(p.prepares);
}
void walk(NewView& m, Field& f) {
  f(m.epoch), f(m.view), f(m.min_s), f(m.sender), f(m.view_changes), f(m.slots);
  NewView::Choice no_choice;
  NewView::Slot no_slot;
  NewView::Choice& choice = m.view_changes.empty() ? no_choice : m.view_changes.front();
  NewView::Slot& slot = m.slots.empty() ? no_slot : m.slots.front();
  f(choice.sender), f(choice.digest), f(slot.digest);
}
void walk(Status& m, Field& f) {
  f(m.epoch), f(m.view), f(m.in_view), f(m.stable), f(m.executed), f(m.slots), f(m.asks_report), f(m.is_report),
      f(m.yours);
}
void walk(Forward& m, Field& f) { f(m.envelopes); }
void walk(FetchProposals& m, Field& f) { f(m.digests); }
void walk(Proposals& m, Field& f) {
  f(m.proposals);
  if (m.proposals.empty()) return;
  Proposal& p = m.proposals.front();
  f(p.chain), f(p.epoch), f(p.sequence), f(p.proposer), f(p.time), f(p.envelopes);
}
void walk(FetchViewChanges& m, Field& f) { f(m.view), f(m.wanted); }
void walk(CheckpointProof& m, Field& f) { walk(m.certificate, f); }

class FieldMutator final : public Actor {
  void on_send(Replica& me, std::uint32_t, const Message& message, std::vector<Message>& out) override {
    Random& random = me.world().random();
    // What is rare is changed more often, so that every field has its turn.
    const bool rare = std::holds_alternative<NewView>(message) || std::holds_alternative<ViewChange>(message) ||
                      std::holds_alternative<FetchViewChanges>(message) || std::holds_alternative<Proposals>(message);
    if (!random.chance(rare ? 80 : 35)) return out.push_back(message);
    Message copy = message;
    unsigned fields = 0;
    std::visit(
        [&](auto& m) {
          Field count(~0U, 0, random);
          walk(m, count);
          fields = count.count();
        },
        copy);
    const auto target = static_cast<unsigned>(random.below(fields));
    const auto way = static_cast<unsigned>(random.below(kWays));
    std::visit(
        [&](auto& m) {
          Field change(target, way, random);
          walk(m, change);
          if constexpr (requires { m.seal(); }) m.seal();
        },
        copy);
    me.lied();
    me.world().counters().mutations.insert({static_cast<std::uint8_t>(message.index()),
                                            static_cast<std::uint8_t>(target), static_cast<std::uint8_t>(way)});
    const bool mine = signed_header(message) && sender_of(message).value() == me.self();
    const bool still_mine = sender_of(copy).value() == me.self();
    out.push_back(mine && still_mine && random.chance(80) ? me.sign(std::move(copy)) : std::move(copy));
    if (random.chance(50)) out.push_back(message);
  }
};

}  // namespace

constinit const ActorKind kFieldMutator{"field mutator", "9, 20, 46, 48: every field of every message, in six ways",
                                        make<FieldMutator>, 8};

}  // namespace qilian::sim
