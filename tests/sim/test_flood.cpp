// What faulty peers can make a replica hold: every byte that is live counts, against a bound computed from the number
// of validators and the window.
#include <malloc.h>

#include <cstdlib>
#include <new>

#include "tests/sim/random.h"
#include "tests/unit/consensus/bench.h"

namespace {

/// Live bytes of this program, as the allocator rounds them.
std::size_t live = 0;

void* counted(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  live += malloc_usable_size(memory);
  return memory;
}

void uncounted(void* memory) {
  if (memory != nullptr) live -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { uncounted(memory); }
void operator delete(void* memory, std::size_t) noexcept { uncounted(memory); }

namespace {

using namespace qilian;
using namespace qilian::consensus;

constexpr std::size_t kBatch = 16;  ///< envelope digests in a flooder's proposal

/// Everything that may be kept of f flooders in a network of n, in bytes.
std::size_t bound(std::size_t n, std::size_t window) {
  constexpr std::size_t kMessage = sizeof(Message) + 256;                          // with its counts, nodes and keys
  constexpr std::size_t kProposal = sizeof(Proposal) + 512 + kBatch * (32 + 512);  // with pins and wishes
  const std::size_t signatures = (ledger::quorum(n) + 1) * 64 + 256;
  // Of each sender: PREPARE and COMMIT of two windows, COMMITs of eight views behind, three kinds of votes for later
  // views, CHECKPOINTs of three windows.
  const std::size_t votes = (2 + 2 + 16 + 6 + 3) * window * kMessage + 2 * window * kProposal;
  // Four VIEW-CHANGEs, as parsed and as bytes; a pending NEW-VIEW; forwarded digests.
  const std::size_t view_changes = 5 * (kMessage + 2 * signatures * (window + 1)) + n * 256 + window * 256;
  const std::size_t forwarded = kMaxForward * 128;
  const std::size_t slots = 2 * window * (sizeof(Slot) + 128) + 8 * window * kProposal;
  constexpr std::size_t kRemembered = (1 << 16) * 160;  // signatures found good
  return ledger::max_faulty(n) * (votes + view_changes + forwarded) + slots + kRemembered + (1 << 20);
}

template <class H>
H any(sim::Random& random) {
  H out;
  for (char& byte : out.bytes) byte = static_cast<char>(random.below(256));
  return out;
}

/// One message that a faulty replica can sign: of any kind, for any view and slot near and far.
Message flood(sim::Random& random, ReplicaId who, std::size_t n, const Horizon& horizon) {
  const View view(random.chance(40)   ? horizon.view.value()
                  : random.chance(50) ? horizon.view.value() + random.below(64)
                                      : random.below(horizon.view.value() + 1));
  const Sequence sequence(random.chance(90) ? horizon.stable.value() + random.below(2 * horizon.window + 2)
                                            : random.next());
  const auto digest = any<ProposalDigest>(random);
  const auto sealed = [&](Message message) { return *signed_by(who, std::move(message)); };
  switch (random.below(10)) {
    case 0:
      return sealed(Prepare{Epoch(0), view, sequence, digest, who, {}});
    case 1:
      return sealed(Commit{Epoch(0), view, sequence, digest, who, {}});
    case 2:
      return sealed(Checkpoint{Epoch(0), sequence, any<HeaderHash>(random), who, {}});
    case 3: {
      // A view that it leads.
      const View led(view.value() - view.value() % n + who.value());
      Proposal proposal{kGenesis, Epoch(0), sequence, who, TimeMs(1'000'000), {}};
      for (std::size_t i = 0; i < kBatch; ++i) proposal.envelopes.push_back(any<EnvelopeDigest>(random));
      const auto shared = std::make_shared<const Proposal>(std::move(proposal));
      return sealed(PrePrepare{Epoch(0), led, sequence, shared->digest(), who, {}, shared});
    }
    case 4: {
      ViewChange message;
      message.view = View(view.value() + 1);
      message.sender = who;
      message.seal();
      return sealed(message);
    }
    case 5: {
      NewView message;
      message.view = View(view.value() - view.value() % n + n + who.value());
      message.sender = who;
      for (std::uint32_t i = 0; i < ledger::quorum(n); ++i)
        message.view_changes.push_back({ReplicaId(i), any<Digest>(random)});
      for (std::uint32_t i = 0; i < horizon.window; ++i) message.slots.push_back({any<ProposalDigest>(random), {}});
      return sealed(message);
    }
    case 6:
      return Status{Epoch(0), view, false, Height(0), Height(0), {}, true, false, {}, who};
    case 7: {
      Forward forward{{}, who};
      for (std::size_t i = 0; i < 64; ++i) forward.envelopes.push_back(any<EnvelopeDigest>(random));
      return forward;
    }
    case 8:
      return FetchProposals{{digest}, who};
    default: {
      Proposals many{{}, who};
      Proposal proposal{kGenesis, Epoch(0), sequence, who, TimeMs(1'000'000), {}};
      for (std::size_t i = 0; i < kBatch; ++i) proposal.envelopes.push_back(any<EnvelopeDigest>(random));
      many.proposals.assign(8, proposal);
      return many;
    }
  }
}

struct Flooded {
  std::size_t most = 0;       ///< live bytes above those before the flood
  std::uint64_t counted = 0;  ///< messages refused or dropped for a bound
};

Flooded run_flood(std::size_t n, std::uint32_t window, bool with_primary, int messages) {
  Bench bench(1, n, window);
  bench.tick(0);
  sim::Random random(n * 1000 + window);
  std::vector<ReplicaId> flooders;
  for (std::uint32_t i = 0; i < ledger::max_faulty(n); ++i)
    flooders.push_back(ReplicaId(with_primary && i == 0 ? 0 : static_cast<std::uint32_t>(n) - 1 - i));
  const std::size_t before = live;
  Flooded out;
  for (int i = 0; i < messages; ++i) {
    const ReplicaId who = flooders[random.below(flooders.size())];
    static_cast<void>(bench.deliver(who.value(), flood(random, who, n, bench.core().horizon())));
    if (i % 256 != 0) continue;
    bench.tick(20);
    // What left, and the log's file, are no memory of the core.
    bench.clear();
    bench.forgotten.clear();
    bench.log().clear();
    out.most = std::max(out.most, live - before);
  }
  out.counted = bench.core().status().dropped + bench.verifier().counters().filtered;
  return out;
}

}  // namespace

TEST_CASE("under a flood of every kind a replica holds no more than follows from the validators and the window") {
  for (const std::size_t n : {4U, 7U, 31U}) {
    for (const std::uint32_t window : {4U, 32U}) {
      for (const bool with_primary : {false, true}) {
        const Flooded flooded = run_flood(n, window, with_primary, 60'000);
        CAPTURE(n);
        CAPTURE(window);
        CAPTURE(with_primary);
        MESSAGE("n=", n, " window=", window, ": ", flooded.most / 1024, " KiB held of ", bound(n, window) / 1024);
        CHECK(flooded.most <= bound(n, window));
        // Most of it goes no further than a count that the metrics show.
        CHECK(flooded.counted > 10'000);
      }
    }
  }
}

TEST_CASE("a flood that goes on holds no more than a short one") {
  const Flooded early = run_flood(4, 8, true, 60'000);
  const Flooded late = run_flood(4, 8, true, 240'000);
  CHECK(late.most <= early.most + early.most / 4);
}
