#include "tests/golden/chart.h"

#include "tests/stage/replica.h"

namespace qilian::golden {

using namespace consensus;

namespace {

constexpr std::size_t kColumn = 26;
constexpr int kTransactions = 20;

std::string list(const std::vector<std::uint32_t>& places) {
  std::string out;
  for (const std::uint32_t place : places) out += " " + std::to_string(place);
  return out;
}

/// Words in lines of at most kColumn - 2 characters; lines after the first are indented.
std::vector<std::string> wrap(const std::string& text) {
  std::vector<std::string> out{""};
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    std::string& line = out.back();
    if (!line.empty() && line.size() + 1 + word.size() > kColumn - 2) {
      out.push_back("  " + word);
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  return out;
}

}  // namespace

std::string Names::of(const ProposalDigest& digest) {
  if (digest == kNullDigest) return "null";
  auto [it, fresh] = proposals_.try_emplace(digest);
  if (fresh) it->second = std::string(1, static_cast<char>('A' + (proposals_.size() - 1) % 26));
  return it->second;
}

std::string Names::of(Height height, const HeaderHash& header) {
  auto [it, fresh] = headers_.try_emplace(header);
  if (fresh) {
    const int others = headers_at_[height]++;
    it->second = "H" + std::to_string(height.value()) + std::string(static_cast<std::size_t>(others), '\'');
  }
  return it->second;
}

std::string Names::of(const EnvelopeDigest& digest) const {
  for (int i = 0; i < kTransactions; ++i) {
    if (stage::transaction(static_cast<std::uint64_t>(i)).digest == digest) return "t" + std::to_string(i);
  }
  return "?";
}

void Names::explain(const Proposal& proposal) {
  const bool known = proposals_.contains(proposal.digest());
  const std::string name = of(proposal.digest());
  if (known) return;
  std::string line = name + " = slot " + std::to_string(proposal.sequence.value()) + ", proposer " +
                     std::to_string(proposal.proposer.value()) + ", time " + std::to_string(proposal.time.value()) +
                     ", orders";
  for (const EnvelopeDigest& envelope : proposal.envelopes) line += " " + of(envelope);
  if (proposal.envelopes.empty()) line += " nothing";
  legend_.push_back(std::move(line));
}

std::string Names::slot(View view, Height sequence) const {
  return " " + std::to_string(view.value()) + "." + std::to_string(sequence.value()) + " ";
}

std::string Names::text(const Message& message) {
  std::string out(name_of(message));
  if (const auto* pre_prepare = std::get_if<PrePrepare>(&message)) {
    if (pre_prepare->proposal) explain(*pre_prepare->proposal);
    out += slot(pre_prepare->view, pre_prepare->sequence) + of(pre_prepare->digest);
  } else if (const auto* prepare = std::get_if<Prepare>(&message)) {
    out += slot(prepare->view, prepare->sequence) + of(prepare->digest);
  } else if (const auto* commit = std::get_if<Commit>(&message)) {
    out += slot(commit->view, commit->sequence) + of(commit->digest);
  } else if (const auto* checkpoint = std::get_if<Checkpoint>(&message)) {
    out += " " + of(checkpoint->height, checkpoint->header);
  } else if (const auto* view_change = std::get_if<ViewChange>(&message)) {
    out += " " + std::to_string(view_change->view.value()) +
           " L=" + std::to_string(view_change->stable.height.value()) + " P={";
    for (const PreparedCertificate& prepared : view_change->prepared) {
      if (out.back() != '{') out += ", ";
      out += of(prepared.digest) + " in " + std::to_string(prepared.view.value()) + "." +
             std::to_string(prepared.sequence.value());
    }
    out += "}";
  } else if (const auto* new_view = std::get_if<NewView>(&message)) {
    out += " " + std::to_string(new_view->view.value()) + " on";
    for (const NewView::Choice& choice : new_view->view_changes) out += " " + std::to_string(choice.sender.value());
    out += ", O={";
    Height sequence = new_view->min_s;
    for (const NewView::Slot& one : new_view->slots) {
      sequence = sequence.next();
      if (out.back() != '{') out += ", ";
      out += std::to_string(sequence.value()) + ": " + of(one.digest);
    }
    out += "}";
  } else if (const auto* status = std::get_if<Status>(&message)) {
    out += " view " + std::to_string(status->view.value()) + (status->in_view ? "" : "?") +
           " L=" + std::to_string(status->stable.value()) + " executed " + std::to_string(status->executed.value());
    if (status->asks_report) out += " asks";
    if (status->is_report) out += " reports " + std::to_string(status->yours.size());
  } else if (const auto* forward = std::get_if<Forward>(&message)) {
    for (const EnvelopeDigest& envelope : forward->envelopes) out += " " + of(envelope);
  } else if (const auto* fetch = std::get_if<FetchProposals>(&message)) {
    for (const ProposalDigest& digest : fetch->digests) out += " " + of(digest);
  } else if (const auto* proposals = std::get_if<Proposals>(&message)) {
    for (const Proposal& proposal : proposals->proposals) out += " " + of(proposal.digest());
  } else if (const auto* wanted = std::get_if<FetchViewChanges>(&message)) {
    out += " " + std::to_string(wanted->view.value()) + " of";
    for (const NewView::Choice& choice : wanted->wanted) out += " " + std::to_string(choice.sender.value());
  } else if (const auto* proof = std::get_if<CheckpointProof>(&message)) {
    out += " " + of(proof->certificate.height, proof->certificate.header);
  }
  return out;
}

void Chart::note(std::int64_t ms, std::uint32_t place, std::string what) {
  entries_.push_back({ms, place, std::move(what), false, {}, {}});
}

void Chart::note_sent(std::int64_t ms, std::uint32_t place, const std::string& what, std::uint32_t to, bool lost) {
  for (auto it = entries_.rbegin(); it != entries_.rend() && it->ms == ms; ++it) {
    if (it->place != place) continue;
    if (!it->is_sending || it->what != what) break;
    (lost ? it->lost : it->to).push_back(to);
    return;
  }
  entries_.push_back({ms, place, what, true, {}, {}});
  (lost ? entries_.back().lost : entries_.back().to).push_back(to);
}

std::vector<std::string> Chart::lines_of(const Entry& entry) const {
  std::string text = entry.what;
  if (entry.is_sending && entry.to.size() + 1 < columns_) {
    if (!entry.to.empty()) text += " ->" + list(entry.to);
    if (!entry.lost.empty()) text += " (lost:" + list(entry.lost) + ")";
  }
  return wrap(text);
}

std::string Chart::take() {
  if (entries_.empty()) return "";
  const auto row = [&](const std::string& head, const std::vector<std::string>& cells) {
    std::string line = head;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line.resize(std::max(line.size(), 7 + i * kColumn), ' ');
      line += cells[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  };
  std::vector<std::string> heads;
  for (std::size_t i = 0; i < columns_; ++i) heads.push_back("replica " + std::to_string(i));
  std::string out = row("   ms", heads);
  for (std::size_t first = 0; first < entries_.size();) {
    const std::int64_t ms = entries_[first].ms;
    std::vector<std::vector<std::string>> cells(columns_);
    std::size_t height = 0;
    for (; first < entries_.size() && entries_[first].ms == ms; ++first) {
      auto& cell = cells[entries_[first].place];
      const auto lines = lines_of(entries_[first]);
      cell.insert(cell.end(), lines.begin(), lines.end());
      height = std::max(height, cell.size());
    }
    for (std::size_t line = 0; line < height; ++line) {
      std::string head = line == 0 ? std::to_string(ms) : "";
      head.insert(0, head.size() < 5 ? 5 - head.size() : 0, ' ');
      std::vector<std::string> texts;
      for (const auto& cell : cells) texts.push_back(line < cell.size() ? cell[line] : "");
      out += row(head, texts);
    }
  }
  entries_.clear();
  return out;
}

}  // namespace qilian::golden
