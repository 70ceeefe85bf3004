#include "consensus/wire.h"

#include "consensus/wire.pb.h"
#include "ledger/core/canonical.h"

namespace qilian::consensus {

using ledger::fail;

namespace {

std::string str(ByteView bytes) { return std::string(bytes); }

void fill(pb::Vote& out, const SignedHeader& header) {
  out.set_type(static_cast<std::uint32_t>(header.type));
  out.set_epoch(header.epoch.value());
  out.set_view(header.view.value());
  out.set_sequence(header.sequence.value());
  out.set_digest(str(header.digest.view()));
  out.set_sender(header.sender.value());
  out.set_signature(str(header.signature.view()));
}

template <class T>
void fill_signed(pb::Signed& out, const T& message) {
  out.set_content(message.content);
  out.set_sender(message.sender.value());
  out.set_signature(str(message.signature.view()));
}

struct ToFrame {
  pb::Frame& frame;

  void operator()(const PrePrepare& message) const {
    fill(*frame.mutable_vote(), *signed_header(message));
    if (message.proposal) frame.mutable_vote()->set_proposal(message.proposal->encode());
  }
  void operator()(const Prepare& message) const { fill(*frame.mutable_vote(), *signed_header(message)); }
  void operator()(const Commit& message) const { fill(*frame.mutable_vote(), *signed_header(message)); }
  void operator()(const Checkpoint& message) const { fill(*frame.mutable_vote(), *signed_header(message)); }
  void operator()(const ViewChange& message) const { fill_signed(*frame.mutable_view_change(), message); }
  void operator()(const NewView& message) const { fill_signed(*frame.mutable_new_view(), message); }
  void operator()(const Status& message) const {
    pb::Status& out = *frame.mutable_status();
    out.set_epoch(message.epoch.value());
    out.set_view(message.view.value());
    out.set_in_view(message.in_view);
    out.set_stable(message.stable.value());
    out.set_executed(message.executed.value());
    out.set_slots(message.slots);
    out.set_asks_report(message.asks_report);
    out.set_is_report(message.is_report);
    for (const SignedHeader& header : message.yours) fill(*out.add_yours(), header);
  }
  void operator()(const Forward& message) const {
    frame.mutable_forward();
    for (const EnvelopeDigest& digest : message.envelopes) frame.mutable_forward()->add_digests(str(digest.view()));
  }
  void operator()(const FetchProposals& message) const {
    frame.mutable_fetch_proposals();
    for (const ProposalDigest& digest : message.digests)
      frame.mutable_fetch_proposals()->add_digests(str(digest.view()));
  }
  void operator()(const Proposals& message) const {
    frame.mutable_proposals();
    for (const Proposal& proposal : message.proposals) frame.mutable_proposals()->add_proposals(proposal.encode());
  }
  void operator()(const FetchViewChanges& message) const {
    frame.mutable_fetch_view_changes()->set_view(message.view.value());
    for (const NewView::Choice& choice : message.wanted) {
      pb::Choice& out = *frame.mutable_fetch_view_changes()->add_wanted();
      out.set_sender(choice.sender.value());
      out.set_digest(str(choice.digest.view()));
    }
  }
  void operator()(const CheckpointProof& message) const {
    pb::CheckpointProof& out = *frame.mutable_checkpoint_proof();
    out.set_epoch(message.certificate.epoch.value());
    out.set_height(message.certificate.height.value());
    out.set_header(str(message.certificate.header.view()));
    out.set_signers(message.certificate.signers);
    for (const Signature& signature : message.certificate.signatures) out.add_signatures(str(signature.view()));
  }
};

std::unexpected<ledger::Error> bound(const char* what) {
  return fail("wire.bound", std::string("a length or a count out of bounds: ") + what);
}

Result<SignedHeader> header_of(const pb::Vote& vote) {
  const auto digest = Digest::from(vote.digest());
  const auto signature = Signature::from(vote.signature());
  if (!digest || !signature) return bound("digest or signature of a vote");
  if (vote.type() < 1 || vote.type() > 6) return fail("wire.kind", "a signed message of an unknown type");
  return SignedHeader{static_cast<MessageType>(vote.type()),
                      Epoch(vote.epoch()),
                      View(vote.view()),
                      Sequence(vote.sequence()),
                      *digest,
                      ReplicaId(vote.sender()),
                      *signature};
}

template <class T>
T vote_as(const SignedHeader& header) {
  T out;
  out.epoch = header.epoch;
  out.view = header.view;
  out.sequence = header.sequence;
  out.digest = ProposalDigest::of(header.digest);
  out.sender = header.sender;
  out.signature = header.signature;
  return out;
}

Result<Message> from(const pb::Vote& vote) {
  QILIAN_TRY(const SignedHeader header, header_of(vote));
  if (header.type != MessageType::kPrePrepare && !vote.proposal().empty())
    return bound("a proposal where none belongs");
  switch (header.type) {
    case MessageType::kPrePrepare: {
      PrePrepare out = vote_as<PrePrepare>(header);
      if (!vote.proposal().empty()) {
        QILIAN_TRY(Proposal proposal, Proposal::decode(vote.proposal()));
        out.proposal = std::make_shared<const Proposal>(std::move(proposal));
      }
      return out;
    }
    case MessageType::kPrepare:
      return vote_as<Prepare>(header);
    case MessageType::kCommit:
      return vote_as<Commit>(header);
    case MessageType::kCheckpoint:
      if (header.view != View(0)) return bound("a CHECKPOINT has no view");
      return Checkpoint{header.epoch, header.sequence, HeaderHash::of(header.digest), header.sender, header.signature};
    default:
      return fail("wire.kind", "a vote of a type that is no vote");
  }
}

template <class T>
Result<Message> from_signed(const pb::Signed& message) {
  const auto signature = Signature::from(message.signature());
  if (!signature) return bound("signature");
  QILIAN_TRY(T out, T::decode(message.content(), ReplicaId(message.sender()), *signature));
  return out;
}

Result<Message> from(const pb::Status& status) {
  if (status.slots().size() > 2 * kMaxWindow || status.yours_size() > static_cast<int>(8 * kMaxWindow))
    return bound("status");
  Status out;
  out.epoch = Epoch(status.epoch());
  out.view = View(status.view());
  out.in_view = status.in_view();
  out.stable = Height(status.stable());
  out.executed = Height(status.executed());
  out.slots = status.slots();
  out.asks_report = status.asks_report();
  out.is_report = status.is_report();
  for (const pb::Vote& vote : status.yours()) {
    if (!vote.proposal().empty()) return bound("a proposal in a report");
    QILIAN_TRY(SignedHeader header, header_of(vote));
    out.yours.push_back(header);
  }
  return out;
}

template <class T>
Result<std::vector<T>> digests_of(const pb::Digests& message, std::size_t limit) {
  if (message.digests_size() > static_cast<int>(limit)) return bound("digests");
  std::vector<T> out;
  for (const std::string& bytes : message.digests()) {
    const auto digest = T::from(bytes);
    if (!digest) return bound("a digest");
    out.push_back(*digest);
  }
  return out;
}

Result<Message> from(const pb::Proposals& message) {
  if (message.proposals_size() > static_cast<int>(kMaxFetch)) return bound("proposals");
  Proposals out;
  for (const std::string& bytes : message.proposals()) {
    QILIAN_TRY(Proposal proposal, Proposal::decode(bytes));
    out.proposals.push_back(std::move(proposal));
  }
  return out;
}

Result<Message> from(const pb::FetchViewChanges& message) {
  if (message.wanted_size() > static_cast<int>(ledger::kMaxValidators)) return bound("view changes");
  FetchViewChanges out{View(message.view()), {}, {}};
  for (const pb::Choice& choice : message.wanted()) {
    const auto digest = Digest::from(choice.digest());
    if (!digest) return bound("a digest");
    out.wanted.push_back({ReplicaId(choice.sender()), *digest});
  }
  return out;
}

Result<Message> from(const pb::CheckpointProof& message) {
  const auto header = HeaderHash::from(message.header());
  if (!header || message.signatures_size() > static_cast<int>(ledger::kMaxValidators)) return bound("checkpoint proof");
  CheckpointProof out{{Epoch(message.epoch()), Height(message.height()), *header, message.signers(), {}}, {}};
  for (const std::string& bytes : message.signatures()) {
    const auto signature = Signature::from(bytes);
    if (!signature) return bound("signature");
    out.certificate.signatures.push_back(*signature);
  }
  return out;
}

}  // namespace

Bytes encode_message(const Message& message) {
  pb::Frame frame;
  std::visit(ToFrame{frame}, message);
  return ledger::encode(frame);
}

Result<Message> decode_message(ByteView bytes) {
  if (bytes.size() > kMaxFrameBytes) return fail("wire.size", "a frame longer than any message");
  pb::Frame frame;
  QILIAN_TRY_VOID(ledger::decode_canonical(bytes, frame));
  switch (frame.kind_case()) {
    case pb::Frame::kVote:
      return from(frame.vote());
    case pb::Frame::kViewChange:
      return from_signed<ViewChange>(frame.view_change());
    case pb::Frame::kNewView:
      return from_signed<NewView>(frame.new_view());
    case pb::Frame::kStatus:
      return from(frame.status());
    case pb::Frame::kForward: {
      QILIAN_TRY(auto digests, digests_of<EnvelopeDigest>(frame.forward(), kMaxForward));
      return Forward{std::move(digests), {}};
    }
    case pb::Frame::kFetchProposals: {
      QILIAN_TRY(auto digests, digests_of<ProposalDigest>(frame.fetch_proposals(), kMaxFetch));
      return FetchProposals{std::move(digests), {}};
    }
    case pb::Frame::kProposals:
      return from(frame.proposals());
    case pb::Frame::kFetchViewChanges:
      return from(frame.fetch_view_changes());
    case pb::Frame::kCheckpointProof:
      return from(frame.checkpoint_proof());
    default:
      return fail("wire.kind", "an empty frame");
  }
}

}  // namespace qilian::consensus
