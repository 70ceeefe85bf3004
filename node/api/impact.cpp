#include "node/api/impact.h"

#include <boost/json.hpp>

#include "contracts/negative_list/impact.h"
#include "contracts/negative_list/lists.h"
#include "contracts/negative_list/rules_of_lists.h"
#include "contracts/questions/asset_rows.h"
#include "contracts/rules.h"
#include "ledger/core/json.h"
#include "node/api/history.h"

namespace qilian::node {
namespace {

namespace json = boost::json;
using namespace ledger;
namespace negative_list = contracts::negative_list;
using contracts::pb::NegativeListAnnounce;

/// A draft that could not be announced has no impact.
Result<NegativeListAnnounce> read_draft(std::string_view text, const contracts::Parameters& parameters) {
  NegativeListAnnounce draft;
  QILIAN_TRY_VOID(from_json(text, draft));
  const auto refuse = [](const contracts::Outcome& outcome) -> Result<void> {
    if (outcome) return fail(outcome->code, outcome->trace);
    return {};
  };
  const auto most = parameters.integer("negative_list.max_entries");
  if (draft.entries_size() == 0 || draft.entries_size() > most) {
    return fail("NEG-402", "a draft has between 1 and " + std::to_string(most) + " entries");
  }
  QILIAN_TRY_VOID(refuse(negative_list::check_entries_shape(draft.entries())));
  QILIAN_TRY_VOID(refuse(negative_list::check_entry_sizes(parameters, draft.entries())));
  QILIAN_TRY_VOID(refuse(negative_list::check_entry_attributes(draft.entries())));
  return draft;
}

json::object entry_json(const negative_list::EntryImpact& one) {
  json::array examples;
  for (const std::string& version : one.examples) examples.push_back(json::value(version));
  return {{"code", one.code},         {"matched", one.matched}, {"uncertain", one.uncertain},     {"added", one.added},
          {"listings", one.listings}, {"trades", one.trades},   {"examples", std::move(examples)}};
}

}  // namespace

Result<std::string> ImpactReader::answer(const store::Store& store, std::string_view text) {
  const Height height = store.executed().value_or(Height(0));
  QILIAN_TRY(const std::unique_ptr<StoreHistory> history, StoreHistory::open(store, height));
  QILIAN_TRY(const NegativeListAnnounce draft, read_draft(text, contracts::load_parameters(*history)));
  const auto published = negative_list::published(*history);
  const std::lock_guard lock(mutex_);
  if (!table_ || height_ != height) {
    table_ = contracts::questions::asset_rows(*history, history->time());
    height_ = height;
    if (const auto healthy = history->health(); !healthy) {
      table_.reset();
      return std::unexpected(healthy.error());
    }
    standing_ = published ? negative_list::Standing(*table_, *published, history->time()) : negative_list::Standing();
  }
  json::array entries;
  for (const negative_list::EntryImpact& one : negative_list::impact(*table_, draft.entries(), standing_)) {
    entries.push_back(entry_json(one));
  }
  return json::serialize(json::object{{"height", height.value()},
                                      {"time_ms", history->time().value()},
                                      {"state_root", history->header().state_root.hex()},
                                      {"published", published ? published->version() : 0},
                                      {"versions", table_->size()},
                                      {"entries", std::move(entries)}});
}

}  // namespace qilian::node
