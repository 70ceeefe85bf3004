// View changes (OSDI'99 §4.4; rule 8).
#include "consensus/core.h"
#include "consensus/new_view.h"

namespace qilian::consensus {

namespace {

/// VIEW-CHANGEs kept per sender, of different views. Past it the sender's lowest gives way; only that sender can suffer
/// from it.
constexpr std::size_t kMaxViewChangesPerSender = 4;

std::vector<const ViewChange*> contents(const std::vector<Verified<Message>>& messages) {
  std::vector<const ViewChange*> out;
  for (const Verified<Message>& message : messages) out.push_back(&std::get<ViewChange>(*message));
  return out;
}

}  // namespace

void Core::start_view_change(View view) {
  QILIAN_CHECK(view > view_);
  view_ = view;
  in_view_ = false;
  ++view_changes_started_;
  timeout_ms_ = std::min(timeout_ms_ * 2, config_.max_timeout_ms);
  view_change_deadline_.reset();
  own_view_change_.reset();
  current_new_view_.reset();
  std::erase_if(view_changes_, [&](const auto& entry) { return entry.first < view_; });
  for (auto& [sequence, slot] : slots_) slot.retire_commits();
  drop_passed_new_views();

  ViewChange message;
  message.epoch = set_.epoch;
  message.view = view_;
  message.stable = voted_stable_;
  message.sender = config_.self;
  // P: every slot that *prepared* here, committed or not, with its certificate of the highest view.
  for (const auto& [sequence, slot] : slots_) {
    if (slot.prepared && sequence > voted_stable_.height) message.prepared.push_back(*slot.prepared);
  }
  message.seal();
  vote(std::move(message));
}

void Core::on_view_change(const Verified<Message>& message, const ViewChange& view_change) {
  if (view_change.epoch != set_.epoch) return;
  // A pending NEW-VIEW may name one that differs from the first of its sender; it is taken by digest.
  for (auto& [sender, pending] : pending_new_views_) {
    const auto& new_view = std::get<NewView>(*pending.message);
    for (const NewView::Choice& choice : new_view.view_changes) {
      if (view_change.view == new_view.view && choice.sender == view_change.sender &&
          choice.digest == view_change.digest) {
        pending.named.try_emplace(choice.sender, message);
      }
    }
  }
  const bool stale = view_change.view < view_ || (view_change.view == view_ && in_view_);
  if (!stale) {
    const auto [it, fresh] = view_changes_[view_change.view].try_emplace(view_change.sender, message);
    if (!fresh && std::get<ViewChange>(*it->second).digest != view_change.digest) {
      accuse(*signed_header(*it->second), *signed_header(*message));
    }
    std::vector<View> views;
    for (const auto& [view, by_sender] : view_changes_) {
      if (by_sender.contains(view_change.sender)) views.push_back(view);
    }
    if (views.size() > kMaxViewChangesPerSender) {
      auto lowest = view_changes_.find(views.front());
      lowest->second.erase(view_change.sender);
      if (lowest->second.empty()) view_changes_.erase(lowest);
      ++dropped_;
    }
    // L and its certificate travel along.
    on_certificate(view_change.stable);
    join_view_changes();
    if (!in_view_ && !view_change_deadline_ && at_or_above_view() >= quorum())
      view_change_deadline_ = now_ + timeout_ms_;
    try_new_view();
  }
  try_enter_view();
}

std::size_t Core::at_or_above_view() const {
  std::set<ReplicaId> senders;
  for (auto it = view_changes_.lower_bound(view_); it != view_changes_.end(); ++it) {
    for (const auto& [sender, message] : it->second) senders.insert(sender);
  }
  return senders.size();
}

void Core::join_view_changes() {
  if (!voting()) return;
  std::map<ReplicaId, View> highest;
  for (const auto& [view, by_sender] : view_changes_) {
    if (view <= view_) continue;
    for (const auto& [sender, message] : by_sender) {
      if (sender != config_.self) highest[sender] = view;
    }
  }
  // f+1 of them hold one honest replica. The smallest of the f+1 highest is what joining the smallest again and again
  // ends in.
  if (highest.size() < faulty() + 1) return;
  std::vector<View> views;
  for (const auto& [sender, view] : highest) views.push_back(view);
  std::ranges::sort(views, std::greater<>());
  start_view_change(views[faulty()]);
}

void Core::try_new_view() {
  if (in_view_ || !voting() || !leads() || !own_view_change_ || proposed_new_view_ == view_) return;
  const auto it = view_changes_.find(view_);
  if (it == view_changes_.end() || it->second.size() < quorum() || !it->second.contains(config_.self)) return;
  // Exactly a quorum, the own one among them.
  std::map<ReplicaId, Verified<Message>> named;
  named.emplace(config_.self, it->second.at(config_.self));
  for (const auto& [sender, message] : it->second) {
    if (named.size() < quorum()) named.emplace(sender, message);
  }
  std::vector<const ViewChange*> chosen;
  NewView message;
  message.epoch = set_.epoch;
  message.view = view_;
  message.sender = config_.self;
  std::vector<ViewChange> record;
  for (const auto& [sender, view_change] : named) {
    const auto& content = std::get<ViewChange>(*view_change);
    chosen.push_back(&content);
    record.push_back(content);
    message.view_changes.push_back({sender, content.digest});
  }
  const OSet o_set = compute_o_set(chosen);
  message.min_s = o_set.min_s;
  for (const ProposalDigest& digest : o_set.digests) message.slots.push_back({digest, {}});
  proposed_new_view_ = view_;
  proposed_named_ = std::move(named);
  vote(std::move(message), {}, std::move(record));
}

void Core::on_new_view(const Verified<Message>& message, const NewView& new_view) {
  if (new_view.epoch != set_.epoch || new_view.view < view_ || (new_view.view == view_ && in_view_)) return;
  // One for each sender: a made-up NEW-VIEW of a far view must not stand in the way of the next honest primary's.
  if (const auto before = pending_new_views_.find(new_view.sender); before != pending_new_views_.end()) {
    const auto& pending = std::get<NewView>(*before->second.message);
    if (pending.view == new_view.view && pending.digest != new_view.digest) {
      accuse(*signed_header(*before->second.message), *signed_header(*message));
    }
    if (pending.view >= new_view.view) return;
  }
  PendingNewView& pending =
      pending_new_views_.insert_or_assign(new_view.sender, PendingNewView{message, {}}).first->second;
  const bool own = new_view.sender == config_.self;
  const auto known = view_changes_.find(new_view.view);
  FetchViewChanges fetch{new_view.view, {}, config_.self};
  for (const NewView::Choice& choice : new_view.view_changes) {
    const Verified<Message>* found = nullptr;
    if (own) {
      if (const auto it = proposed_named_.find(choice.sender); it != proposed_named_.end()) found = &it->second;
    } else if (known != view_changes_.end()) {
      if (const auto it = known->second.find(choice.sender); it != known->second.end()) found = &it->second;
    }
    if (found != nullptr && std::get<ViewChange>(**found).digest == choice.digest) {
      pending.named.emplace(choice.sender, *found);
    } else {
      fetch.wanted.push_back(choice);
    }
  }
  if (!fetch.wanted.empty() && !own) ready_.messages_now.push_back({new_view.sender, std::move(fetch)});
  try_enter_view();
}

void Core::on_fetch_view_changes(const FetchViewChanges& fetch) {
  for (const NewView::Choice& choice : fetch.wanted) {
    const auto matches = [&](const Verified<Message>& message) {
      const auto& content = std::get<ViewChange>(*message);
      return content.view == fetch.view && content.sender == choice.sender && content.digest == choice.digest;
    };
    if (current_new_view_) {
      const auto& named = current_new_view_->view_changes;
      if (const auto it = std::ranges::find_if(named, matches); it != named.end()) {
        if (may_answer(fetch.sender, std::get<ViewChange>(**it).content.size())) relay(fetch.sender, *it);
        continue;
      }
    }
    const auto by_view = view_changes_.find(fetch.view);
    if (by_view == view_changes_.end()) continue;
    if (const auto it = by_view->second.find(choice.sender);
        it != by_view->second.end() && matches(it->second) &&
        may_answer(fetch.sender, std::get<ViewChange>(*it->second).content.size())) {
      relay(fetch.sender, it->second);
    }
  }
}

void Core::try_enter_view() {
  // The highest view of those whose VIEW-CHANGEs are all here.
  const auto view_of = [](const PendingNewView& pending) { return std::get<NewView>(*pending.message).view; };
  auto complete = pending_new_views_.end();
  for (auto it = pending_new_views_.begin(); it != pending_new_views_.end(); ++it) {
    const bool all = it->second.named.size() >= std::get<NewView>(*it->second.message).view_changes.size();
    if (all && (complete == pending_new_views_.end() || view_of(it->second) > view_of(complete->second))) complete = it;
  }
  if (complete == pending_new_views_.end()) return;
  const Verified<Message> message = complete->second.message;
  const auto& new_view = std::get<NewView>(*message);
  std::vector<Verified<Message>> view_changes;
  for (const auto& [sender, view_change] : complete->second.named) view_changes.push_back(view_change);
  pending_new_views_.erase(complete);

  OSet claimed{new_view.min_s, {}};
  for (const NewView::Slot& slot : new_view.slots) claimed.digests.push_back(slot.digest);
  if (compute_o_set(contents(view_changes)) == claimed) return enter_view(message, new_view, std::move(view_changes));
  // The primary of that view is faulty: on to the next one.
  if (voting()) start_view_change(new_view.view.next());
}

void Core::drop_passed_new_views() {
  std::erase_if(pending_new_views_, [this](const auto& entry) {
    const View view = std::get<NewView>(*entry.second.message).view;
    return view < view_ || (view == view_ && in_view_);
  });
}

void Core::enter_view(const Verified<Message>& message, const NewView& new_view,
                      std::vector<Verified<Message>> view_changes) {
  if (new_view.sender != config_.self) {
    NewViewRecord record{new_view, {}};
    for (const ViewChange* content : contents(view_changes)) record.view_changes.push_back(*content);
    ready_.records.push_back(std::move(record));
    ready_.must_sync = true;
  }
  view_ = new_view.view;
  in_view_ = true;
  entered_ms_ = progress_ms_ = now_;
  view_change_deadline_.reset();
  own_view_change_.reset();
  proposed_named_.clear();
  forwarded_wanted_.clear();
  drop_passed_new_views();
  std::erase_if(view_changes_, [&](const auto& entry) { return entry.first <= view_; });
  for (auto& [sequence, slot] : slots_) slot.clear_view();
  // Transactions of abandoned proposals wait again.
  pool_.clear_in_flight();
  next_sequence_ = Sequence(new_view.min_s.value() + new_view.slots.size() + 1);
  std::vector<CheckpointCertificate> certificates;
  for (const ViewChange* content : contents(view_changes)) certificates.push_back(content->stable);
  current_new_view_ = CurrentNewView{message, std::move(view_changes)};
  adopt_new_view_slots();
  replay_future();
  // Last: these may move the watermark, even into another epoch.
  for (const CheckpointCertificate& certificate : certificates) on_certificate(certificate);
}

void Core::adopt_new_view_slots() {
  if (!current_new_view_ || !in_view_) return;
  const auto& new_view = std::get<NewView>(*current_new_view_->message);
  Sequence sequence = new_view.min_s;
  for (const NewView::Slot& o_slot : new_view.slots) {
    sequence = sequence.next();
    Slot* slot = open_slot(new_view.epoch, sequence);
    if (slot == nullptr || slot->pre_prepare) continue;
    slot->pre_prepare =
        SignedHeader{MessageType::kPrePrepare, new_view.epoch,    view_, sequence, Digest::of(o_slot.digest),
                     new_view.sender,          o_slot.pre_prepare};
    slot->from_new_view = true;
    slot->since_ms = now_;
    if (slot->committed && *slot->committed != o_slot.digest) {
      stop("NEW-VIEW orders another proposal in a slot that committed: more than f validators are faulty");
      return;
    }
    if (o_slot.digest != kNullDigest && find_proposal(o_slot.digest) == nullptr)
      request_proposal(o_slot.digest, new_view.sender);
    mark_in_flight(*slot);
  }
}

}  // namespace qilian::consensus
