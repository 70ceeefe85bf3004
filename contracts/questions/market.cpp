// What came to market: trades that an entry touches, why a trade was allowed, raw public data, sellers by industry,
// neutrality of those who validate.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "contracts/evidence/evidence.h"
#include "contracts/evidence/stages.h"
#include "contracts/members.h"
#include "contracts/membership/standing.h"
#include "contracts/negative_list.pb.h"
#include "contracts/negative_list/touch.h"
#include "contracts/questions/reading.h"
#include "contracts/questions/reliance.h"
#include "contracts/registry/registry.h"
#include "ledger/core/hash.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::contracts::questions {
namespace {

/// The entry as it stands last, and when it was first published.
struct ListedEntry {
  pb::NegativeEntry entry;
  std::int64_t published_at = 0;
};

std::optional<ListedEntry> find_entry(const Reading& reading, const std::string& code) {
  std::optional<ListedEntry> out;
  const auto versions = reading.context().get<pb::ListRegister>(kind::kListRegister, "current");
  if (!versions) return out;
  for (const pb::ListRegister::Version& version : versions->versions()) {
    const auto list = reading.context().get<pb::NegativeList>(kind::kList, std::to_string(version.version()));
    if (!list) continue;
    for (const pb::NegativeEntry& entry : list->entries()) {
      if (entry.code() != code) continue;
      const std::int64_t first = out ? out->published_at : version.published_at();
      out = ListedEntry{entry, first};
    }
  }
  return out;
}

Result<void> trades_before_entry(const Reading& reading, Answer& answer) {
  const std::string code = reading.text("entry");
  const auto listed = find_entry(reading, code);
  if (!listed) return std::unexpected(missing("entry", code));
  const auto assets = registry_assets(reading.context());
  const auto max_nodes =
      static_cast<std::size_t>(reading.context().parameters().integer("negative_list.max_lineage_nodes"));
  std::int64_t examined = 0;
  reading.each<pb::Trade>(kind::kTrade, [&](std::string_view, const pb::Trade& trade) {
    if (!agreed(trade) || trade.offered_at() >= listed->published_at) return;
    ++examined;
    ListSubject subject;
    subject.version = trade.asset();
    subject.purposes = {trade.purpose()};
    subject.buyer = trade.buyer();
    const negative_list::Touch found = negative_list::touch(listed->entry, *assets, subject, max_nodes);
    if (!found.touched) return;
    answer.add({{"trade", trade.id()},
                {"asset", trade.asset()},
                {"because", found.trace},
                {"certain", !found.unknown},
                {"seller", trade.seller()},
                {"buyer", trade.buyer()},
                {"stage", std::string(evidence::stage_name(evidence::stage_at(trade, reading.time())))},
                {"offered_at", trade.offered_at()}});
  });
  answer.facts = {{"entry", code}, {"published_at", listed->published_at}, {"trades_examined", examined}};
  return {};
}

Result<void> why(const Reading& reading, Answer& answer) {
  const std::string id = reading.text("trade");
  const auto trade = evidence::trade(reading.context(), id);
  if (!trade) return std::unexpected(missing("trade", id));
  std::vector<std::string> relied(trade->relied_attestations().begin(), trade->relied_attestations().end());
  std::vector<std::string> fallen = void_behind(reading, *trade);
  const bool tainted = !fallen.empty();
  answer.facts = {{"trade", id},
                  {"stage", std::string(evidence::stage_name(evidence::stage_at(*trade, reading.time())))},
                  {"negative_list_version", static_cast<std::int64_t>(trade->negative_list_version())},
                  {"relied_attestations", std::move(relied)},
                  {"tainted", tainted},
                  {"void_attestations", std::move(fallen)}};
  for (const HistoryEntry& entry : reading.history().journal({kind::kTrade, id})) {
    pb::EventPayload payload;
    QILIAN_CHECK(payload.ParseFromString(entry.payload));
    pb::Trade after;
    if (entry.record) QILIAN_CHECK(after.ParseFromString(*entry.record));
    ledger::pb::Receipt receipt;
    if (const auto bytes = reading.history().receipt(payload.transaction_id())) {
      QILIAN_CHECK(receipt.ParseFromString(*bytes));
    }
    const auto& deciding = receipt.has_nested() ? receipt.nested() : receipt;
    answer.add({{"height", static_cast<std::int64_t>(entry.height.value())},
                {"at", entry.time.value()},
                {"call", payload.call()},
                {"stage", std::string(evidence::stage_name(after.stage()))},
                {"trace", deciding.trace()},
                {"negative_list", static_cast<std::int64_t>(deciding.rules().negative_list())},
                {"credit_rules", static_cast<std::int64_t>(deciding.rules().credit_rules())},
                {"parameters", static_cast<std::int64_t>(deciding.rules().parameters())},
                {"transaction", ledger::to_hex(payload.transaction_id())}});
  }
  return {};
}

/// Normally no row: complete because every asset is looked at, and every listing, offer and licence marks its asset.
Result<void> raw_contact(const Reading& reading, Answer& answer) {
  std::int64_t examined = 0;
  std::int64_t raw = 0;
  reading.each<pb::Asset>(kind::kAsset, [&](std::string_view udi, const pb::Asset& asset) {
    ++examined;
    if (!registry::barred_from_market(asset)) return;
    ++raw;
    for (const pb::Reference& contact : reading.references(kind::kMarketContactOfAsset, udi)) {
      const KindName* kind = find_kind(static_cast<Kind>(contact.kind()));
      answer.add({{"udi", std::string(udi)},
                  {"kind", std::string(kind ? kind->name : "")},
                  {"id", contact.id()},
                  {"call", contact.call()}});
    }
  });
  answer.facts = {{"assets_examined", examined}, {"raw_public_assets", raw}, {"complete", !answer.more}};
  return {};
}

Result<void> neutrality(const Reading& reading, Answer& answer) {
  const std::string id = reading.text("trade");
  const auto trade = evidence::trade(reading.context(), id);
  if (!trade) return std::unexpected(missing("trade", id));
  std::int64_t examined = 0;
  for (const std::string& validator : membership::validators(reading.context())) {
    ++examined;
    for (const std::string& party : {trade->seller(), trade->buyer(), trade->venue()}) {
      if (party.empty() || !related(reading.context(), validator, party)) continue;
      const bool is_venue = party == trade->venue();
      answer.add({{"validator", validator},
                  {"party", party},
                  {"as", std::string(is_venue                   ? "venue"
                                     : party == trade->seller() ? "seller"
                                                                : "buyer")},
                  {"same", validator == party}});
    }
  }
  answer.facts = {{"trade", id}, {"validators", examined}};
  return {};
}

/// Prices of market trades are committed: shares are of settled trades by number, and by fen where the price is clear.
Result<void> market_share(const Reading& reading, Answer& answer) {
  struct Count {
    std::int64_t trades = 0;
    std::int64_t clear_fen = 0;
  };
  const std::string wanted = reading.text("industry");
  std::map<std::pair<std::string, std::string>, Count> by_seller;
  std::map<std::string, Count> by_industry;
  reading.each<pb::Trade>(kind::kTrade, [&](std::string_view, const pb::Trade& trade) {
    if (trade.settled_at() == 0 || trade.stage() == pb::Trade::REFUNDED) return;
    const auto ref = registry::parse_version(trade.asset());
    const auto asset = ref ? registry::asset(reading.context(), ref->udi) : std::nullopt;
    if (!asset || !asset->industry().starts_with(wanted)) return;
    for (Count* count : {&by_seller[{asset->industry(), trade.seller()}], &by_industry[asset->industry()]}) {
      ++count->trades;
      count->clear_fen += trade.price_fen();
    }
  });
  for (const auto& [key, count] : by_seller) {
    answer.add({{"industry", key.first},
                {"seller", key.second},
                {"trades", count.trades},
                {"share_basis_points", count.trades * 10'000 / by_industry[key.first].trades},
                {"clear_fen", count.clear_fen}});
  }
  answer.facts = {{"industries", static_cast<std::int64_t>(by_industry.size())}};
  return {};
}

constexpr std::array kEntry{Argument{"entry", true, "code of an entry, NL-2026-0008"}};
constexpr std::array kTradeArgument{Argument{"trade", true, "its id"}};
constexpr std::array kIndustry{Argument{"industry", false, "GB/T 4754 code, or how it begins"}};

}  // namespace

std::span<const Entry> market_questions() {
  static const std::array<Entry, 5> all{{
      {{3, "trades-before-entry", kEntry, Tier::kMember, "清单前交易",
        "Trades that touched an entry, descendants too, before it was listed"},
       trades_before_entry},
      {{8, "why", kTradeArgument, Tier::kMember, "准许依据",
        "Why a trade was allowed: traces, list versions, attestations"},
       why},
      {{11,
        "raw-contact",
        {},
        Tier::kMember,
        "原始数据入市",
        "Raw public assets with any market contact; normally none"},
       raw_contact},
      {{23, "neutrality", kTradeArgument, Tier::kMember, "中立性", "Validators related to a trade's parties"},
       neutrality},
      {{24, "market-share", kIndustry, Tier::kMember, "市场份额", "Sellers' shares by industry"}, market_share},
  }};
  return all;
}

}  // namespace qilian::contracts::questions
