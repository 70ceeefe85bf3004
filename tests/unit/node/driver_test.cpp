// One driver among three peers that are made by hand: what it says, and whether it lives, while they misbehave.
#include "node/driver.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <condition_variable>
#include <thread>

#include "consensus/wire.h"
#include "contracts/kinds.h"
#include "contracts/membership.pb.h"
#include "contracts/validators.pb.h"
#include "ledger/core/canonical.h"

using namespace qilian;
using namespace qilian::ledger;
using namespace qilian::node;
using consensus::Message;
using consensus::Sequence;

namespace {

namespace fs = std::filesystem;
constexpr std::uint32_t kSelf = 1;

SecretKey key(char seed) { return *SecretKey::from_seed(Bytes(32, seed)); }

TimeMs wall_clock() {
  return TimeMs(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
}

// Remembers what was sent; everybody is connected.
class FakeMesh final : public Mesh {
 public:
  struct Sent {
    std::optional<PeerIndex> to;
    FrameKind kind;
    Bytes payload;
  };
  void add_peer(const PeerConfig&) override {}
  void send(PeerIndex peer, FrameKind kind, ByteView payload) override { note({peer, kind, Bytes(payload)}); }
  void broadcast(FrameKind kind, ByteView payload) override { note({std::nullopt, kind, Bytes(payload)}); }
  bool connected(PeerIndex) const override { return true; }
  std::uint16_t port() const override { return 0; }
  void stop() override {}

  std::vector<Sent> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(sent_, {});
  }

 private:
  void note(Sent sent) {
    const std::lock_guard lock(mutex_);
    sent_.push_back(std::move(sent));
  }
  std::mutex mutex_;
  std::vector<Sent> sent_;
};

class World {
 public:
  /// `log_of`: the replica whose log this node finds.
  explicit World(const std::map<Key, Bytes>& more_records = {}, std::uint32_t log_of = kSelf) {
    std::string pattern = (fs::temp_directory_path() / "qilian-driver-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    Genesis fields;
    fields.chain = "driver";
    fields.time = TimeMs(wall_clock().value() - 60'000);
    for (char i = 0; i < 4; ++i) {
      contracts::pb::Organisation organisation;
      organisation.set_uscc("organisation " + std::to_string(i));
      organisation.set_status(contracts::pb::Organisation::ADMITTED);
      organisation.set_admitted_at(1);
      fields.records[{contracts::kind::kOrganisation, organisation.uscc()}] = encode(organisation);
      fields.validators.validators.push_back({organisation.uscc(), key(static_cast<char>('0' + i)).public_key()});
    }
    fields.records.insert(more_records.begin(), more_records.end());
    auto compiled = Genesis::compile(fields);
    REQUIRE_MESSAGE(compiled.has_value(), (compiled ? "" : compiled.error().message));
    genesis_ = *std::move(compiled);

    Driver::Setup setup;
    for (const std::uint32_t replica : {0u, 2u, 3u}) {
      PeerConfig peer;
      peer.node_key = key(static_cast<char>('a' + replica)).public_key();
      peer.address = {"127.0.0.1", static_cast<std::uint16_t>(1'000 + replica)};
      peer.replica = ReplicaId(replica);
      setup.config.peers.push_back(peer);
    }
    setup.config.limits.verification_threads = 2;
    setup.config.timers.view_timeout_ms = 20'000;
    setup.config.timers.view_timeout_cap_ms = 20'000;
    setup.config.timers.resend_ms = 100;
    store::Options options;
    options.directory = folder_ / "ledger";
    auto executor = Executor::open(options, genesis_);
    REQUIRE_MESSAGE(executor.has_value(), (executor ? "" : executor.error().message));
    setup.executor = *std::move(executor);
    const Bytes first = consensus::encode_record(consensus::StartRecord{genesis_.hash, secret(log_of).public_key()});
    REQUIRE(ConsensusLog::initialise(folder_ / "consensus", genesis_.hash, first).has_value());
    auto log = ConsensusLog::open(folder_ / "consensus", genesis_.hash, 1 << 20);
    REQUIRE(log.has_value());
    setup.log.emplace(*std::move(log));
    setup.keys = ConsensusKeys::of(secret(kSelf));
    setup.on_fatal = [this](const Error& error) {
      const std::lock_guard lock(mutex_);
      fatal_ = error.code + ": " + error.message;
    };
    auto created = Driver::create(std::move(setup), metrics_);
    REQUIRE_MESSAGE(created.has_value(), (created ? "" : created.error().message));
    driver_ = *std::move(created);
    driver_->start(mesh_);
    if (log_of != kSelf) return;
    consensus::Status report;
    report.is_report = true;
    for (const PeerIndex peer : {0u, 1u}) deliver(peer, report);
    wait([&] { return driver_->status().core.voting; });
  }
  ~World() {
    driver_->stop();
    driver_.reset();
    fs::remove_all(folder_);
  }

  Driver& driver() { return *driver_; }
  FakeMesh& mesh() { return mesh_; }
  const Genesis& genesis() const { return genesis_; }
  std::string fatal() {
    const std::lock_guard lock(mutex_);
    return fatal_;
  }
  std::int64_t gauge(const std::string& name) {
    const std::string page = metrics_.text();
    const auto at = page.find("\n" + name + " ");
    REQUIRE(at != std::string::npos);
    return std::stoll(page.substr(at + name.size() + 2));
  }

  static SecretKey secret(std::uint32_t replica) { return key(static_cast<char>('0' + replica)); }
  Message sign(std::uint32_t replica, Message message) const {
    return *consensus::Signer(genesis_.hash, ReplicaId(replica), [replica](ByteView payload) {
              return secret(replica).sign(payload);
            }).sign(std::move(message));
  }
  void deliver(PeerIndex peer, const Message& message) {
    driver_->on_frame(peer, FrameKind::kConsensus, consensus::encode_message(message));
  }

  /// Block 1, whose proposal the other three replicas agree on.
  void order(std::vector<EnvelopeDigest> envelopes) {
    const auto proposal = std::make_shared<const consensus::Proposal>(
        consensus::Proposal{genesis_.hash, Epoch(0), Sequence(1), ReplicaId(0), wall_clock(), std::move(envelopes)});
    const auto digest = proposal->digest();
    deliver(0, sign(0, consensus::PrePrepare{Epoch(0), View(0), Sequence(1), digest, ReplicaId(0), {}, proposal}));
    for (const std::uint32_t replica : {2u, 3u}) {
      deliver(replica - 1,
              sign(replica, consensus::Prepare{Epoch(0), View(0), Sequence(1), digest, ReplicaId(replica), {}}));
    }
    for (const std::uint32_t replica : {0u, 2u, 3u}) {
      deliver(replica == 0 ? 0 : replica - 1,
              sign(replica, consensus::Commit{Epoch(0), View(0), Sequence(1), digest, ReplicaId(replica), {}}));
    }
  }

  std::shared_ptr<const Transaction> transaction(std::uint64_t number, TimeMs expires) const {
    const SecretKey client = key('z');
    contracts::pb::MembershipUndertake arguments;
    for (int stage = contracts::pb::Undertaking::COLLECT; stage <= contracts::pb::Undertaking::USE; ++stage)
      arguments.mutable_undertaking()->add_stages(static_cast<contracts::pb::Undertaking::Stage>(stage));
    arguments.mutable_undertaking()->set_text('\x01' + std::string(32, 'u'));
    BodyFields fields;
    fields.signers = {client.public_key()};
    fields.lead = client.public_key();
    fields.expires = expires;
    fields.nonce = FixedWriter().u64(number).take();
    fields.call = "membership.undertake";
    fields.arguments = encode(arguments);
    const Bytes body = encode_body(fields).value();
    auto decoded = Transaction::decode(assemble_envelope(body, {sign_body(body, genesis_.hash, client)}));
    REQUIRE(decoded.has_value());
    return std::make_shared<const Transaction>(*std::move(decoded));
  }

  template <class Condition>
  bool wait(Condition condition, int timeout_ms = 10'000) {
    for (int waited = 0; waited < timeout_ms; waited += 5) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return condition();
  }

 private:
  fs::path folder_;
  Genesis genesis_;
  Metrics metrics_;
  FakeMesh mesh_;
  std::mutex mutex_;
  std::string fatal_;
  std::unique_ptr<Driver> driver_;
};

}  // namespace

TEST_CASE("a proposal that names envelopes in the turn in which they expire here is executed, not run into") {
  World world;
  // One expires every millisecond, so that some do in whichever turn the proposal comes.
  constexpr std::uint64_t kMany = 400;
  const std::int64_t begin = wall_clock().value() + 700;
  std::map<EnvelopeDigest, std::shared_ptr<const Transaction>> all;
  std::vector<EnvelopeDigest> order;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    const auto one = world.transaction(i, TimeMs(begin + static_cast<std::int64_t>(i)));
    all[one->envelope_digest()] = one;
    order.push_back(one->envelope_digest());
    world.driver().on_frame(0, FrameKind::kEnvelopePush, one->envelope());
  }
  REQUIRE(
      world.wait([&] { return world.gauge("qilian_mempool_transactions") == static_cast<std::int64_t>(kMany); }, 600));
  // They leave late by the skew that the time rule allows: the proposal comes in the midst of that.
  const std::int64_t skew = contracts::limits(*world.driver().store().latest()).max_clock_skew_ms;
  while (wall_clock().value() < begin + skew + 200) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  world.order(order);
  // Its peers answer what it asks for.
  const bool executed = world.wait([&] {
    for (const auto& sent : world.mesh().take()) {
      if (sent.kind != FrameKind::kEnvelopeFetch) continue;
      const auto fetch = EnvelopeFetch::decode(sent.payload);
      REQUIRE(fetch.has_value());
      for (const auto& wanted : fetch->digests)
        world.driver().on_frame(*sent.to, FrameKind::kEnvelopeResponse, all.at(wanted)->envelope());
    }
    return !world.fatal().empty() || world.driver().store().executed() == Height(1);
  });
  CHECK(world.fatal() == "");
  CHECK(executed);
}

TEST_CASE("what a peer fetches is bounded in a second, whatever it repeats") {
  World world;
  const auto one = world.transaction(1, TimeMs(wall_clock().value() + 60'000));
  world.driver().on_frame(0, FrameKind::kEnvelopePush, one->envelope());
  REQUIRE(world.wait([&] { return world.gauge("qilian_mempool_transactions") == 1; }));
  EnvelopeFetch fetch;
  fetch.digests.assign(kMaxFetch, one->envelope_digest());
  for (int i = 0; i < 200; ++i) world.driver().on_frame(2, FrameKind::kEnvelopeFetch, fetch.encode());
  REQUIRE(world.wait([&] { return world.gauge("qilian_fetches_limited_total") > 0; }));
  std::size_t bytes = 0;
  for (const auto& sent : world.mesh().take()) {
    if (sent.kind == FrameKind::kEnvelopeResponse) bytes += sent.payload.size();
  }
  CHECK(bytes > 0);
  CHECK(bytes <= 3 * (24ull << 20));  // a slow machine may see a second or two begin
}

TEST_CASE("two contradicting votes of a peer become a fact of the ledger that names it, reported by this node") {
  World world;
  const auto vote = [&](char what) {
    const auto digest = *ProposalDigest::from(Bytes(32, what));
    return world.sign(2, consensus::Commit{Epoch(0), View(0), Sequence(5), digest, ReplicaId(2), {}});
  };
  world.deliver(1, vote('a'));
  world.deliver(1, vote('b'));
  std::optional<Transaction> report;
  REQUIRE(world.wait([&] {
    for (const auto& sent : world.mesh().take()) {
      if (sent.kind == FrameKind::kEnvelopePush) report = Transaction::decode(sent.payload).value();
    }
    return report.has_value();
  }));
  CHECK(report->call() == "governance.report_equivocation");
  CHECK(report->lead() == World::secret(kSelf).public_key());
  world.order({report->envelope_digest()});
  REQUIRE(world.wait([&] { return world.driver().store().executed() == Height(1); }));
  const auto fact = world.driver().store().latest()->record({contracts::kind::kEquivocation, "0/organisation 2/3"});
  REQUIRE(fact.has_value());
  contracts::pb::Equivocation record;
  REQUIRE(record.ParseFromString(*fact));
  CHECK(record.organisation() == "organisation 2");
  CHECK(record.reporter().organisation() == "organisation 1");
  CHECK(world.fatal() == "");
}

TEST_CASE("a node whose binary lacks the rules of a height stops before it and says what to install") {
  contracts::pb::LogicVersion next;
  next.set_version(kLogicVersion + 1);
  next.set_from_height(1);
  World world({{{contracts::kind::kLogicVersion, "current"}, encode(next)}});
  world.order({});
  REQUIRE(world.wait([&] { return !world.fatal().empty(); }));
  CHECK(world.fatal().starts_with("executor.logic_version"));
  CHECK(world.fatal().find("block 1 has logic version 2") != std::string::npos);
  CHECK(world.driver().store().executed() == Height(0));
}

TEST_CASE("evidence that waits when an epoch of fewer validators begins is looked up by no place of the old one") {
  contracts::pb::ValidatorEpoch next;
  next.set_epoch(1);
  next.set_first_height(2);
  auto& seat = *next.add_seats();
  seat.set_organisation("organisation 0");
  seat.set_consensus_key(std::string(World::secret(0).public_key().view()));
  World world({{{contracts::kind::kValidatorEpoch, "1"}, encode(next)},
               {{contracts::kind::kValidatorEpoch, "newest"}, encode(next)}});
  world.order({});
  REQUIRE(world.wait([&] { return world.driver().store().executed() == Height(1); }));
  for (const char what : {'a', 'b'})
    world.deliver(1, world.sign(2, consensus::Checkpoint{
                                       Epoch(0), Height(1), *HeaderHash::from(Bytes(32, what)), ReplicaId(2), {}}));
  REQUIRE(world.wait([&] { return world.gauge("qilian_evidence_total") == 1; }));
  const auto header = world.driver().store().header(Height(1));
  REQUIRE(header.has_value());
  for (const std::uint32_t i : {0u, 3u}) {
    const consensus::Checkpoint vote{Epoch(0), Height(1), header->hash(), ReplicaId(i), {}};
    world.deliver(i == 0 ? 0 : 2, world.sign(i, vote));
  }
  REQUIRE(world.wait([&] { return world.driver().status().core.epoch == Epoch(1); }));
  CHECK_FALSE(world.driver().status().self.has_value());
  CHECK(world.fatal() == "");
}

TEST_CASE("a validator whose log is no good has no place in the next epoch either, and lives through its beginning") {
  contracts::pb::ValidatorEpoch next;
  next.set_epoch(1);
  next.set_first_height(2);
  for (std::uint32_t i = 0; i < 4; ++i) {
    auto& seat = *next.add_seats();
    seat.set_organisation("organisation " + std::to_string(i));
    seat.set_consensus_key(std::string(World::secret(i).public_key().view()));
  }
  const std::map<Key, Bytes> records{{{contracts::kind::kValidatorEpoch, "1"}, encode(next)},
                                     {{contracts::kind::kValidatorEpoch, "newest"}, encode(next)}};
  World world(records, 2);
  REQUIRE(world.wait([&] { return world.driver().status().core.epoch_ends == Height(1); }));
  world.order({});
  REQUIRE(world.wait([&] { return world.driver().store().executed() == Height(1); }));
  const auto header = world.driver().store().header(Height(1));
  REQUIRE(header.has_value());
  for (const std::uint32_t i : {0u, 2u, 3u}) {
    const consensus::Checkpoint vote{Epoch(0), Height(1), header->hash(), ReplicaId(i), {}};
    world.deliver(i == 0 ? 0 : i - 1, world.sign(i, vote));
  }
  REQUIRE(world.wait([&] { return world.driver().status().core.epoch == Epoch(1); }));
  CHECK_FALSE(world.driver().status().self.has_value());
  CHECK_FALSE(world.driver().status().core.voting);
  CHECK(world.fatal() == "");
}
