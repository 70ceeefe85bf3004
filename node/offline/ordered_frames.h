// The frames of a ledger on their way through an audit: read by one thread, prepared (decoded, signatures checked) by
// several, judged in their order by one. Bounded: who reads waits while too much is under way.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "ledger/core/block_certificate.h"
#include "ledger/core/transaction.h"
#include "ledger/store/segment_scan.h"
#include "node/offline/replay.h"

namespace qilian::node {

struct AuditFrame {
  ledger::store::FrameType type = ledger::store::FrameType::kBlock;
  ledger::Height height;
  ledger::store::Position position;
  ledger::Bytes payload;
  /// Of a certificate: the set that its epoch has, as far as the reader saw one.
  std::shared_ptr<const ledger::ValidatorSet> set{};
  /// Already judged by the audit that is taken up again: read, and not checked once more.
  bool known = false;

  // ---- what the preparation leaves
  std::optional<Finding> fault{};  ///< `transactions` holds those before the faulty one
  ledger::Block block{};
  ledger::Header header{};
  std::vector<ledger::Transaction> transactions{};
};

class OrderedFrames {
 public:
  using Prepare = std::function<void(AuditFrame&)>;
  /// False: nothing more is to be judged.
  using Judge = std::function<bool(AuditFrame&)>;

  OrderedFrames(std::size_t threads, Prepare prepare, Judge judge);
  ~OrderedFrames();
  OrderedFrames(const OrderedFrames&) = delete;
  OrderedFrames& operator=(const OrderedFrames&) = delete;

  /// Waits for room. False once the judge has ended it.
  bool push(AuditFrame frame);
  /// Waits until everything pushed is judged, or the judge has ended it.
  void finish();

 private:
  struct Slot {
    AuditFrame frame;
    bool ready = false;
  };
  void prepare_all();
  void judge_all();

  Prepare prepare_;
  Judge judge_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Slot>> waiting_;  ///< not yet taken by a preparing thread
  std::deque<std::shared_ptr<Slot>> ordered_;  ///< not yet judged
  std::size_t bytes_ = 0;                      ///< of `ordered_`
  bool closed_ = false;                        ///< nothing more will be pushed
  bool ended_ = false;                         ///< nothing more will be judged
  std::vector<std::thread> threads_;
};

}  // namespace qilian::node
