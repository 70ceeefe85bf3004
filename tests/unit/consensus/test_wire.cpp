#include "consensus/wire.h"
#include "tests/sim/random.h"
#include "tests/unit/consensus/bench.h"

using namespace qilian::consensus;

namespace {

std::vector<Message> one_of_each() {
  static Bench bench(1);
  const auto what = bench.proposal(1, {envelope(1).digest, envelope(2).digest});
  const Message change = Bench::view_change(2, 1, {bench.prepared(0, 1, what->digest())}, bench.stable(0));
  Status status;
  status.view = View(3);
  status.in_view = false;
  status.slots = Bytes("\x01\x00\x07", 3);
  status.yours = {*signed_header(Bench::prepare(1, 0, 1, what->digest()))};
  return {bench.pre_prepare(what),
          Bench::prepare(1, 0, 1, what->digest()),
          Bench::commit(1, 7, 1, kNullDigest),
          Bench::checkpoint(2, 1, header(1)),
          change,
          bench.new_view(1, {change, Bench::view_change(0, 1), Bench::view_change(3, 1)}),
          status,
          Forward{{envelope(1).digest}, {}},
          FetchProposals{{what->digest()}, {}},
          Proposals{{*what}, {}},
          FetchViewChanges{View(1), {{ReplicaId(2), std::get<ViewChange>(change).digest}}, {}},
          CheckpointProof{bench.stable(4), {}}};
}

}  // namespace

TEST_CASE("every message survives the wire with its signature and its meaning") {
  const auto messages = one_of_each();
  CHECK(messages.size() == std::variant_size_v<Message>);
  for (const Message& message : messages) {
    const Bytes bytes = encode_message(message);
    const auto again = decode_message(bytes);
    REQUIRE_MESSAGE(again.has_value(), name_of(message));
    CHECK(again->index() == message.index());
    CHECK(encode_message(*again) == bytes);
    CHECK(signed_header(*again) == signed_header(message));
  }
  const auto status = std::get<Status>(*decode_message(encode_message(messages[6])));
  CHECK_FALSE(status.in_view);
  CHECK(status.slots.size() == 3);
  CHECK(status.yours.size() == 1);
}

TEST_CASE("no cut, flipped or random frame makes the decoder do anything but refuse or decode within bounds") {
  qilian::sim::Random random(48);
  for (const Message& message : one_of_each()) {
    const Bytes bytes = encode_message(message);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      if (const auto decoded = decode_message(bytes.substr(0, cut))) CHECK(encode_message(*decoded) != bytes);
    }
    for (int round = 0; round < 300; ++round) {
      Bytes mutated = bytes;
      for (std::uint64_t i = random.below(4) + 1; i > 0; --i)
        mutated[random.below(mutated.size())] = static_cast<char>(random.next());
      if (const auto decoded = decode_message(mutated)) CHECK(encode_message(*decoded).size() <= kMaxFrameBytes);
    }
  }
  for (int round = 0; round < 2000; ++round) {
    Bytes noise(random.below(80), '\0');
    for (char& byte : noise) byte = static_cast<char>(random.next());
    static_cast<void>(decode_message(noise));
    static_cast<void>(decode_record(noise));
  }
  CHECK_FALSE(decode_message(Bytes(kMaxFrameBytes + 1, 'x')).has_value());
  CHECK_FALSE(decode_message("").has_value());
}

TEST_CASE("a field outside its bounds is refused by name") {
  Forward forward{std::vector(kMaxForward + 1, envelope(1).digest), {}};
  CHECK(decode_message(encode_message(forward)).error().code == "wire.bound");
  FetchProposals fetch{std::vector(kMaxFetch + 1, kNullDigest), {}};
  CHECK(decode_message(encode_message(fetch)).error().code == "wire.bound");
  Status status;
  status.slots = Bytes(2 * kMaxWindow + 1, '\0');
  CHECK(decode_message(encode_message(status)).error().code == "wire.bound");
}

TEST_CASE("a signature covers the type, so that no vote passes for another") {
  const Message prepare = Bench::prepare(2, 0, 1, kNullDigest);
  Bench bench(1);
  const auto& vote = std::get<Prepare>(prepare);
  CHECK(bench.deliver(2, prepare).has_value());
  const auto forged =
      bench.deliver(2, Commit{vote.epoch, vote.view, vote.sequence, vote.digest, vote.sender, vote.signature});
  REQUIRE_FALSE(forged.has_value());
  CHECK(forged.error().code == "message.signature");
}

TEST_CASE("proposals encode to a fixed layout and back, and their digest names no view") {
  Bench bench(1);
  const auto what = bench.proposal(7, {envelope(1).digest});
  const Bytes bytes = what->encode();
  CHECK(bytes.size() == 32 + 8 + 8 + 4 + 8 + 4 + 32);
  REQUIRE(Proposal::decode(bytes).has_value());
  CHECK(*Proposal::decode(bytes) == *what);
  CHECK_FALSE(Proposal::decode(bytes + "x").has_value());
  CHECK_FALSE(Proposal::decode(bytes.substr(1)).has_value());
}
