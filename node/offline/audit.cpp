#include "node/offline/audit.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "ledger/core/block_certificate.h"
#include "ledger/store/chain.h"
#include "node/offline/audit_checkpoint.h"
#include "node/offline/ordered_frames.h"

namespace qilian::node {

using namespace ledger;
using store::FrameType;
using store::Position;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kMostThreads = 8;

std::uint64_t segment_bytes(const fs::path& directory) {
  std::uint64_t out = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory / "segments", error))
    if (entry.path().extension() == ".qls") out += entry.file_size(error);
  return out;
}

/// What any thread can do with a frame without knowing those before it.
class Preparation {
 public:
  explicit Preparation(const GenesisHash& genesis) : genesis_(genesis) {}

  void operator()(AuditFrame& frame) const {
    if (frame.type == FrameType::kBlock) return block(frame);
    if (frame.type == FrameType::kCertificate) return certificate(frame);
  }

 private:
  static void fault(AuditFrame& frame, std::optional<std::uint32_t> transaction, const Error& error) {
    frame.fault = Finding{.code = "audit.differs",
                          .height = frame.height,
                          .transaction = transaction,
                          .what = error.code + ": " + error.message};
  }

  void block(AuditFrame& frame) const {
    auto block = Block::decode(frame.payload);
    if (!block) return fault(frame, std::nullopt, block.error());
    frame.block = *std::move(block);
    frame.header = *Header::decode(frame.block.header);
    if (frame.known) return;
    for (std::uint32_t i = 0; i < frame.block.envelopes.size(); ++i) {
      auto transaction = Transaction::decode(frame.block.envelopes[i]);
      if (!transaction) return fault(frame, i, transaction.error());
      if (const auto valid = verify_signatures(*transaction, genesis_); !valid) return fault(frame, i, valid.error());
      frame.transactions.push_back(*std::move(transaction));
    }
  }

  void certificate(AuditFrame& frame) const {
    const auto decoded = BlockCertificate::decode(frame.payload);
    if (!decoded) return fault(frame, std::nullopt, decoded.error());
    auto header = Header::decode(decoded->header);
    if (!header) return fault(frame, std::nullopt, header.error());
    frame.header = *std::move(header);
    if (frame.known) return;
    if (!frame.set) return fault(frame, std::nullopt, {"certificate.epoch", "no validator set is known for its epoch"});
    if (const auto valid = verify_block_certificate(*decoded, genesis_, *frame.set); !valid)
      fault(frame, std::nullopt, valid.error());
  }

  GenesisHash genesis_;
};

/// Judges the frames in order.
class Auditor {
 public:
  Auditor(const Genesis& genesis, const AuditOptions& options, std::uint64_t total_bytes,
          std::optional<AuditCheckpoint> checkpoint)
      : genesis_(genesis),
        options_(options),
        total_bytes_(total_bytes),
        checkpoint_(std::move(checkpoint)),
        chain_(genesis.hash),
        replay_(genesis),
        written_(Clock::now()) {}

  /// False where nothing more is to be judged: a finding, an error, or the wish to stop.
  bool operator()(AuditFrame& frame) {
    prefix_ = chain_frame(prefix_, static_cast<std::uint8_t>(frame.type), frame.payload);
    ++frames_;
    bytes_ += store::FrameHeader::kSize + frame.payload.size();
    if (auto judged = frame.known ? pass(frame) : judge(frame); !judged) {
      finding_ = std::move(judged.error());
      if (finding_->place.empty())
        finding_->place =
            fmt::format("{}, offset {}", store::segment_name(frame.position.segment), frame.position.offset);
      return false;
    }
    if (checkpoint_ && frames_ == checkpoint_->frames && !take_up()) return false;
    if (frame.type == FrameType::kBlock && options_.progress)
      options_.progress({bytes_, total_bytes_, frame.height, transactions_});
    return !frame.known ? keep_place(frame.type) : !stopping();
  }

  const std::optional<Finding>& finding() const { return finding_; }
  const std::optional<Error>& error() const { return error_; }
  /// The pinned head must stand here.
  std::optional<Finding> check_head() const {
    if (!options_.head) return std::nullopt;
    const auto ours = chain_.header_hash(options_.head->height);
    if (ours && *ours == options_.head->hash) return std::nullopt;
    return Finding{.code = "audit.head",
                   .height = options_.head->height,
                   .transaction = {},
                   .what = ours ? "it is not the pinned block" : "the ledger ends before the pinned block"};
  }
  /// The ledger ended before the place that the checkpoint names.
  bool short_of_checkpoint() const { return checkpoint_.has_value(); }

  AuditReport report() const {
    AuditReport out;
    out.blocks = chain_.blocks();
    out.transactions = transactions_;
    out.certificates = certificates_;
    out.epochs = replay_.validators().epoch.value() + 1;
    out.certified = certified();
    out.last = replay_.last();
    out.resumed_blocks = resumed_blocks_;
    out.finding = finding_;
    return out;
  }

 private:
  std::unexpected<Finding> differs(Height height, std::string what) const {
    return std::unexpected(Finding{.height = height, .transaction = {}, .what = std::move(what)});
  }

  Judged<void> judge(AuditFrame& frame) {
    switch (frame.type) {
      case FrameType::kBlock:
        return block(frame);
      case FrameType::kCertificate:
        return certificate(frame);
      case FrameType::kValidators:
        return validators(frame);
    }
    return {};
  }

  Judged<void> block(const AuditFrame& frame) {
    const Header& header = frame.header;
    if (frame.block.header.empty()) return std::unexpected(*frame.fault);
    if (header.height != frame.height) return differs(frame.height, "the frame names another height than the header");
    if (const auto fits = chain_.check_block(header); !fits) return differs(frame.height, fits.error().message);
    // The fault is the first one only if no transaction before it was executed before.
    auto made = replay_.make(header, frame.transactions, chain_.history_root(header.height));
    if (!made) return std::unexpected(made.error());
    if (frame.fault) return std::unexpected(*frame.fault);
    for (std::uint32_t i = 0; i < made->block.receipts.size(); ++i) {
      if (made->block.receipts[i] != frame.block.receipts[i])
        return std::unexpected(
            Finding{.height = frame.height, .transaction = i, .what = "the replay gives another receipt"});
    }
    if (made->block.header != frame.block.header)
      return differs(frame.height, std::string(header_difference(made->header, header)));
    if (const auto added = chain_.add_block(header, frame.position); !added)
      return differs(frame.height, added.error().message);
    replay_.accept(*made);
    transactions_ += made->ids.size();
    return {};
  }

  Judged<void> certificate(const AuditFrame& frame) {
    if (frame.fault) return std::unexpected(*frame.fault);
    if (frame.header.height != frame.height)
      return differs(frame.height, "the frame names another height than the certificate");
    if (const auto added = chain_.add_certificate(frame.header, frame.position); !added)
      return differs(frame.height, added.error().message);
    ++certificates_;
    return {};
  }

  Judged<void> validators(const AuditFrame& frame) {
    const auto set = ValidatorSet::decode(frame.payload);
    if (!set) return differs(frame.height, set.error().code + ": " + set.error().message);
    if (frame.height != replay_.last().height)
      return differs(frame.height, "a change of validators stands at the wrong block");
    if (auto handed = replay_.hand_over(*set); !handed) return handed;
    return {};
  }

  /// A frame of the beginning that was judged before: its place in the chain, nothing else.
  Judged<void> pass(AuditFrame& frame) {
    if (frame.fault) return std::unexpected(*frame.fault);
    if (frame.type == FrameType::kValidators) {
      if (auto set = ValidatorSet::decode(frame.payload)) known_sets_.push_back(*std::move(set));
      return {};
    }
    const auto added = frame.type == FrameType::kBlock ? chain_.add_block(frame.header, frame.position)
                                                       : chain_.add_certificate(frame.header, frame.position);
    if (!added) return differs(frame.height, added.error().message);
    if (frame.type != FrameType::kBlock ||
        frame.header.time.value() < checkpoint_->last.time.value() - genesis_.short_expiry_ms)
      return {};
    std::vector<TransactionId> ids;
    for (const Bytes& envelope : frame.block.envelopes) {
      if (const auto transaction = Transaction::decode(envelope)) ids.push_back(transaction->id());
    }
    known_ids_.remember(frame.header.time, std::move(ids));
    return {};
  }

  /// Goes on from the checkpoint, whose last frame was just read.
  bool take_up() {
    const auto refuse = [&](std::string_view what) {
      error_ = Error{"audit.checkpoint", fmt::format("{}: {}. Remove it, or pass --fresh, to audit from the beginning",
                                                     options_.checkpoint.string(), what)};
      return false;
    };
    if (prefix_ != checkpoint_->prefix) return refuse("the ledger does not begin as the one that was audited before");
    ValidatorSet set = genesis_.validators;
    for (const ValidatorSet& known : known_sets_)
      if (known.epoch == checkpoint_->last.epoch) set = known;
    replay_.restore(checkpoint_->last, std::move(set), std::move(checkpoint_->objects), std::move(known_ids_));
    if (replay_.state().map().root() != checkpoint_->last.state_root)
      return refuse("its records do not give the state root of its block");
    transactions_ = checkpoint_->transactions;
    certificates_ = checkpoint_->certificates;
    resumed_blocks_ = chain_.blocks();
    checkpoint_.reset();
    return true;
  }

  bool stopping() {
    if (options_.stop == nullptr || !options_.stop->load()) return false;
    error_ = Error{"audit.interrupted", "interrupted before the place at which the audit was taken up"};
    return true;
  }

  /// Writes the place where it is time, or the last one where the audit is to stop. False: stop.
  bool keep_place(FrameType type) {
    const bool stop = options_.stop != nullptr && options_.stop->load();
    // Between a boundary and the set behind it there is no place to go on from.
    const Header& last = replay_.last();
    const bool place = type == FrameType::kBlock && last.next_validators_hash == last.validators_hash;
    if (!place) return true;
    if (stop) {
      error_ = Error{"audit.interrupted",
                     fmt::format("interrupted after block {}{}", last.height.value(),
                                 options_.checkpoint.empty() ? "" : "; the same command goes on from there")};
    }
    if (options_.checkpoint.empty()) return !stop;
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - written_).count();
    if (!stop && age < options_.checkpoint_interval_ms) return true;
    const AuditCheckpoint here{.genesis = genesis_.hash,
                               .frames = frames_,
                               .prefix = prefix_,
                               .last = last,
                               .transactions = transactions_,
                               .certificates = certificates_,
                               .objects = replay_.state().objects()};
    // A place that cannot be written (a read-only disk) costs nothing but the resumption.
    if (const auto saved = here.save(options_.checkpoint); !saved && stop)
      error_ = Error{"audit.interrupted", "interrupted, and its place is lost: " + saved.error().message};
    written_ = Clock::now();
    return !stop;
  }

  /// A certificate stands for what it covers only if every hand-over below it is certified itself.
  Height certified() const {
    for (const auto& boundary : chain_.boundaries()) {
      if (boundary.height >= chain_.certified()) break;
      if (chain_.certificate(boundary.height)) continue;
      for (std::uint64_t height = boundary.height.value(); height > 0; --height)
        if (chain_.certificate(Height(height))) return Height(height);
      return Height(0);
    }
    return chain_.certified();
  }

  const Genesis& genesis_;
  const AuditOptions& options_;
  std::uint64_t total_bytes_;
  std::optional<AuditCheckpoint> checkpoint_;  ///< until it is taken up
  store::Chain chain_;
  Replay replay_;
  Clock::time_point written_;

  std::vector<ValidatorSet> known_sets_;
  ExecutedIds known_ids_;
  Digest prefix_;
  std::uint64_t frames_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t transactions_ = 0;
  std::uint64_t certificates_ = 0;
  std::uint64_t resumed_blocks_ = 0;
  std::optional<Finding> finding_;
  std::optional<Error> error_;
};

/// The validator sets that stood in the files so far, each under its epoch; who judges checks whether they should.
class SetsSeen {
 public:
  explicit SetsSeen(const ValidatorSet& first) { sets_[first.epoch] = std::make_shared<const ValidatorSet>(first); }

  void meet(ByteView set_bytes) {
    if (auto set = ValidatorSet::decode(set_bytes))
      sets_.try_emplace(set->epoch, std::make_shared<const ValidatorSet>(*set));
  }
  std::shared_ptr<const ValidatorSet> of_certificate(ByteView bytes) const {
    const auto header = Header::decode(bytes.substr(0, Header::kSize));
    const auto found = header ? sets_.find(header->epoch) : sets_.end();
    return found == sets_.end() ? nullptr : found->second;
  }

 private:
  std::map<Epoch, std::shared_ptr<const ValidatorSet>> sets_;
};

}  // namespace

Result<AuditReport> audit(const fs::path& directory, const Genesis& genesis, const AuditOptions& options) {
  std::optional<AuditCheckpoint> checkpoint;
  std::error_code error;
  if (!options.checkpoint.empty() && fs::exists(options.checkpoint, error)) {
    QILIAN_TRY(checkpoint, AuditCheckpoint::load(options.checkpoint, genesis.hash));
  }
  const std::uint64_t known_frames = checkpoint ? checkpoint->frames : 0;
  Auditor auditor(genesis, options, segment_bytes(directory), std::move(checkpoint));
  Result<std::uint64_t> tail = 0;
  {
    const std::size_t threads = options.threads != 0
                                    ? options.threads
                                    : std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMostThreads);
    OrderedFrames frames(threads, Preparation(genesis.hash), [&](AuditFrame& frame) { return auditor(frame); });
    SetsSeen sets(genesis.validators);
    std::uint64_t read = 0;
    tail = store::scan_ledger(directory, genesis.hash,
                              [&](FrameType type, Height height, Position position, ByteView payload) -> Result<void> {
                                AuditFrame frame{
                                    .type = type, .height = height, .position = position, .payload = Bytes(payload)};
                                frame.known = read++ < known_frames;
                                if (type == FrameType::kValidators) sets.meet(payload);
                                if (type == FrameType::kCertificate) frame.set = sets.of_certificate(payload);
                                if (!frames.push(std::move(frame))) return fail("audit.ended", "");
                                return {};
                              });
    frames.finish();
  }
  if (auditor.error()) return std::unexpected(*auditor.error());
  AuditReport out = auditor.report();
  // What was found stands before any damage that the reader met further on.
  if (out.finding) return out;
  if (!tail) return std::unexpected(tail.error());
  if (auditor.short_of_checkpoint())
    return fail("audit.checkpoint",
                options.checkpoint.string() +
                    ": the ledger is shorter than the one that was audited before. Remove it, or pass "
                    "--fresh, to audit from the beginning");
  if (out.blocks == 0) return fail("audit.empty", directory.string() + " holds no block");
  out.torn_tail_bytes = *tail;
  out.finding = auditor.check_head();
  if (!options.checkpoint.empty()) fs::remove(options.checkpoint, error);
  return out;
}

}  // namespace qilian::node
