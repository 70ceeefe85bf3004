// One digest of the whole state: the same inputs must give the same one on every compiler, optimisation level and run.
#include "consensus/core.h"
#include "consensus/fields.h"
#include "ledger/core/hash.h"

namespace qilian::consensus {

namespace {

using ledger::FixedWriter;

void add(FixedWriter& writer, const std::map<ReplicaId, Verified<Message>>& votes) {
  writer.u32(static_cast<std::uint32_t>(votes.size()));
  for (const auto& [sender, message] : votes) write(writer, *signed_header(*message));
}

void add(FixedWriter& writer, const std::optional<SignedHeader>& header) {
  writer.u8(header ? 1 : 0);
  if (header) write(writer, *header);
}

}  // namespace

Digest Core::fingerprint() const {
  FixedWriter out;
  out.u64(set_.epoch.value()).u64(view_.value()).u8(in_view_ ? 1 : 0).u64(executed_.value()).u64(emitted_.value());
  write(out, stable_);
  write(out, voted_stable_);
  write(out, certified_);
  out.u64(next_sequence_.value()).i64(now_).i64(clock_.value()).i64(timeout_ms_).i64(entered_ms_).i64(progress_ms_);
  out.i64(next_status_ms_)
      .i64(next_scan_ms_)
      .i64(proposed_ms_)
      .i64(view_change_deadline_.value_or(-1))
      .i64(behind_since_.value_or(-1));
  out.i64(boundary_wait_ms_.value_or(-1)).u32(fetch_turn_).u64(boundary_.value()).u8(change_ ? 1 : 0);
  out.u64(begun_by_.value()).u32(config_.self.value()).u32(previous_self_.value_or(ledger::kNoProposer).value());
  out.u8(static_cast<std::uint8_t>(config_.observer | retiring_ << 1));
  out.u8(static_cast<std::uint8_t>(observing_ | awaiting_reports_ << 1 | stopped_.has_value() << 2));
  for (const auto& [sequence, slot] : slots_) {
    out.u64(sequence.value());
    add(out, slot.pre_prepare);
    out.u8(static_cast<std::uint8_t>(slot.from_new_view | slot.valid << 1 | slot.refused << 2 | slot.proposed << 3 |
                                     slot.voted_prepare << 4 | slot.voted_commit << 5 |
                                     slot.pre_prepare_message.has_value() << 6));
    out.i64(slot.arrival_clock.value()).i64(slot.arrival_timeout_ms).i64(slot.since_ms);
    add(out, slot.prepares);
    add(out, slot.commits);
    out.u8(slot.prepared ? 1 : 0);
    if (slot.prepared) write(out, *slot.prepared);
    add(out, slot.own_commit);
    for (const auto& [key, message] : slot.old_commits) write(out, *signed_header(*message));
    out.u8(slot.committed ? 1 : 0);
    if (slot.committed) out.raw(slot.committed->view());
  }
  for (const auto& [digest, stored] : proposals_) {
    out.raw(digest.view()).u8(stored.recorded ? 1 : 0);
    for (const EnvelopeDigest& missing : stored.missing) out.raw(missing.view());
  }
  for (const auto& [view, messages] : view_changes_) {
    out.u64(view.value());
    add(out, messages);
  }
  for (const auto& [height, messages] : checkpoints_) {
    out.u64(height.value());
    add(out, messages);
  }
  for (const auto& [sender, messages] : future_) {
    for (const auto& [key, message] : messages) write(out, *signed_header(*message.message));
  }
  if (current_new_view_) write(out, *signed_header(*current_new_view_->message));
  for (const auto& [sender, pending] : pending_new_views_) {
    write(out, *signed_header(*pending.message));
    add(out, pending.named);
  }
  for (const auto& [height, certificate] : certificates_) write(out, certificate);
  for (const Height& height : certificates_out_) out.u64(height.value());
  for (const auto& [height, block] : blocks_) out.u64(height.value()).raw(block.header.view()).i64(block.time.value());
  for (const auto& [height, header] : own_checkpoints_) out.u64(height.value()).raw(header.view());
  for (const auto& [sender, digests] : forwarded_wanted_) {
    out.u32(sender.value());
    for (const EnvelopeDigest& digest : digests) out.raw(digest.view());
  }
  for (const auto& [replica, ms] : answered_ms_) out.u32(replica.value()).i64(ms);
  for (const auto& [replica, answered] : fetches_answered_)
    out.u32(replica.value()).i64(answered.since_ms).u64(answered.bytes);
  for (const auto& [epoch, replica, type] : accused_)
    out.u64(epoch.value()).u32(replica.value()).u8(static_cast<std::uint8_t>(type));
  for (const ReplicaId& replica : reports_) out.u32(replica.value());
  out.raw(pool_.encode());
  return ledger::sha256({out.take()});
}

}  // namespace qilian::consensus
