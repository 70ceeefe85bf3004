// Exports with the year's count of persons, and open incidents with whoever received the data downstream.
#include <array>
#include <set>

#include "contracts/cross_border/cross_border.h"
#include "contracts/evidence.pb.h"
#include "contracts/incident.pb.h"
#include "contracts/questions/reading.h"
#include "contracts/questions/reliance.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::questions {
namespace {

Result<void> exports(const Reading& reading, Answer& answer) {
  const std::string exporter = reading.text("exporter");
  QILIAN_TRY(const std::int64_t year, reading.number("year", date_of(reading.time()).year));
  reading.each<pb::Export>(kind::kExport, [&](std::string_view id, const pb::Export& one) {
    if (!exporter.empty() && one.exporter() != exporter) return;
    answer.add({{"export", std::string(id)},
                {"exporter", one.exporter()},
                {"recipient", one.recipient()},
                {"country", one.country()},
                {"asset", one.asset()},
                {"path", pb::Export::Path_Name(one.path())},
                {"status", pb::Export::Status_Name(cross_border::status_at(one, reading.time()))},
                {"shipments", static_cast<std::int64_t>(one.shipments())},
                {"shipped_persons", one.shipped_persons()},
                {"shipped_sensitive", one.shipped_sensitive()}});
  });
  if (exporter.empty()) return {};
  const cross_border::Persons group = cross_border::shipped(reading.context(), exporter, year);
  answer.facts = {
      {"exporter", exporter}, {"year", year}, {"group_persons", group.all}, {"group_sensitive", group.sensitive}};
  return {};
}

/// Buyers to whom the asset, or anything made from it, was delivered.
std::vector<std::string> receivers(const Reading& reading, const std::string& udi) {
  const auto asset = registry::asset(reading.context(), udi);
  std::set<std::string> out;
  if (!asset) return {};
  std::vector<std::string> versions;
  for (std::uint32_t seq = 1; seq <= asset->head(); ++seq) versions.push_back(registry::version_id(udi, seq));
  for (const std::string& version : with_descendants(reading, std::move(versions))) {
    const auto ref = registry::parse_version(version);
    if (!ref) continue;
    for (const pb::Reference& traded : reading.references(kind::kTradesOfAsset, ref->udi)) {
      const auto trade = reading.context().get<pb::Trade>(kind::kTrade, traded.id());
      if (trade && trade->asset() == version && !trade->delivered_root().empty()) out.insert(trade->buyer());
    }
  }
  return {out.begin(), out.end()};
}

Result<void> incidents(const Reading& reading, Answer& answer) {
  const std::string wanted = reading.text("asset");
  std::int64_t examined = 0;
  reading.each<pb::Incident>(kind::kIncident, [&](std::string_view id, const pb::Incident& incident) {
    ++examined;
    if (incident.status() == pb::Incident::CLOSED) return;
    for (const std::string& udi : incident.assets()) {
      if (!wanted.empty() && udi != wanted) continue;
      answer.add({{"asset", udi},
                  {"incident", std::string(id)},
                  {"kind", pb::Incident::Kind_Name(incident.kind())},
                  {"level", pb::Incident::Level_Name(incident.level())},
                  {"status", pb::Incident::Status_Name(incident.status())},
                  {"reported_at", incident.reported_at()},
                  {"overdue", incident.due() != 0 && incident.due() <= reading.time().value()},
                  {"receivers", receivers(reading, udi)}});
    }
  });
  answer.facts = {{"incidents_examined", examined}};
  return {};
}

constexpr std::array kExporter{Argument{"exporter", false, "USCC; with it the year's count of its controller group"},
                               Argument{"year", false, "calendar year of UTC+8; left out: the present one"}};
constexpr std::array kAsset{Argument{"asset", false, "UDI; left out: each"}};

}  // namespace

std::span<const Entry> security_questions() {
  static const std::array<Entry, 2> all{{
      {{18, "exports", kExporter, Tier::kMember, "出境情况", "Exports, and persons counted in the year"}, exports},
      {{20, "incidents", kAsset, Tier::kMember, "未结事件", "Open incidents by asset, with downstream receivers"},
       incidents},
  }};
  return all;
}

}  // namespace qilian::contracts::questions
