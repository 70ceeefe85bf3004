// What regulators decide about the list: announce, repeal, emergency, ratify.
//
// Every version carries each entry with its own times. An announced entry has `from` ahead of it; a repealed or
// replaced one gets a `to` instead of vanishing, so that the last published version answers for every instant, whatever
// was announced since.
#include <algorithm>
#include <set>

#include "contracts/contract.h"
#include "contracts/negative_list.pb.h"
#include "contracts/negative_list/evaluate.h"
#include "contracts/negative_list/lists.h"
#include "contracts/negative_list/matcher.h"
#include "contracts/negative_list/rules_of_lists.h"
#include "contracts/text_guard.h"

namespace qilian::contracts {
namespace negative_list {
namespace {

CallSpec two_regulators(std::string_view name, std::string_view zh, std::string_view en) {
  return {.name = name,
          .policy = SignaturePolicy::kTwoRegulators,
          .roles = {"REGULATOR"},
          .credit = CreditClass::kOpen,
          .stopped_by_hold = false,
          .label_zh = zh,
          .label_en = en};
}

Outcome require_next(const Context& context, std::uint64_t version) {
  const auto last = published(context.state());
  const std::uint64_t next = last ? last->version() + 1 : 1;
  QILIAN_REQUIRE(version == next, "NEG-403", "the next version is " + std::to_string(next));
  return pass();
}

Outcome require_notice(const Context& context, std::int64_t effective_at) {
  const TimeMs earliest = context.deadline("negative_list.min_notice");
  QILIAN_REQUIRE(effective_at >= earliest.value(), "NEG-401",
                 "effective at " + std::to_string(earliest.value()) + " at the earliest");
  return pass();
}

/// Over for good: repealed, replaced, or an emergency entry that nobody ratified.
bool ended(const pb::NegativeEntry& entry, TimeMs now) {
  return (entry.to() != 0 && entry.to() <= now.value()) || (entry.lapses_at() != 0 && entry.lapses_at() <= now.value());
}

pb::NegativeList next_version(const Context& context, std::uint64_t version, std::int64_t effective_at,
                              const std::string& document) {
  pb::NegativeList list = published(context.state()).value_or(pb::NegativeList());
  list.set_previous(list.version());
  list.set_version(version);
  list.set_published_at(context.time().value());
  list.set_effective_at(effective_at);
  list.set_document(document);
  list.clear_signers();
  for (const Signer& signer : context.caller().signers) {
    pb::SignerRecord* record = list.add_signers();
    record->set_organisation(signer.organisation);
    record->set_officer(signer.officer);
    record->set_public_key(std::string(signer.key.view()));
    record->set_signed_at(context.time().value());
  }
  // Entries that ended before now are of no use to any later question about the present; older versions keep them.
  auto* entries = list.mutable_entries();
  entries->erase(std::remove_if(entries->begin(), entries->end(),
                                [&](const pb::NegativeEntry& entry) { return ended(entry, context.time()); }),
                 entries->end());
  return list;
}

bool has_live_entry(const pb::NegativeList& list, const std::string& code, TimeMs now) {
  return std::ranges::any_of(list.entries(), [&](const pb::NegativeEntry& entry) {
    return entry.code() == code && entry.to() == 0 && !ended(entry, now);
  });
}

/// Ends whatever entry of that code is open at `at`.
void end_entry(pb::NegativeList& list, const std::string& code, std::int64_t at) {
  for (pb::NegativeEntry& entry : *list.mutable_entries()) {
    if (entry.code() == code && (entry.to() == 0 || entry.to() > at)) entry.set_to(at);
  }
}

void record_life(Context& context, const std::string& code, pb::EntryLife::Status status, const pb::NegativeList& list,
                 std::int64_t lapses_at) {
  pb::EntryLife life;
  life.set_code(code);
  life.set_status(status);
  life.set_version(list.version());
  life.set_effective_at(list.effective_at());
  life.set_lapses_at(lapses_at);
  context.put(kind::kEntry, code, life, status == pb::EntryLife::REPEALED ? EventKind::kEnded : EventKind::kChanged);
}

void publish(Context& context, pb::NegativeList list) {
  sort_entries(list);
  auto versions = context.get<pb::ListRegister>(kind::kListRegister, "current").value_or(pb::ListRegister());
  pb::ListRegister::Version* version = versions.add_versions();
  version->set_version(list.version());
  version->set_published_at(list.published_at());
  version->set_effective_at(list.effective_at());
  context.put(kind::kListRegister, "current", versions);
  context.put(kind::kList, std::to_string(list.version()), list, EventKind::kCreated);
  context.set_object(std::to_string(list.version()));
}

Outcome check_size(const Context& context, const pb::NegativeList& list) {
  QILIAN_REQUIRE(list.entries_size() <= context.parameters().integer("negative_list.max_entries"), "NEG-402",
                 "the version would have " + std::to_string(list.entries_size()) + " entries");
  return pass();
}

void add_entries(pb::NegativeList& list, const google::protobuf::RepeatedPtrField<pb::NegativeEntry>& entries,
                 TimeMs now, std::int64_t lapses_at) {
  for (const pb::NegativeEntry& entry : entries) {
    end_entry(list, entry.code(), std::max(entry.from(), list.effective_at()));
    pb::NegativeEntry* added = list.add_entries();
    *added = entry;
    added->set_from(std::max(entry.from(), list.effective_at()));
    added->set_published_at(now.value());
    added->set_lapses_at(lapses_at);
  }
}

// ---- announce ----

Outcome announce_check(const pb::NegativeListAnnounce& a) {
  QILIAN_PASS(require_count("entries", static_cast<std::size_t>(a.entries_size()), 1, 512));
  QILIAN_PASS(require_range("effective_at", a.effective_at(), 1, INT64_MAX));
  QILIAN_PASS(require_digest("document", a.document()));
  return check_entries_shape(a.entries());
}

Outcome announce_invariants(const pb::NegativeListAnnounce& a, const Context& context) {
  QILIAN_PASS(require_notice(context, a.effective_at()));
  QILIAN_PASS(check_entry_sizes(context.parameters(), a.entries()));
  QILIAN_PASS(require_next(context, a.version()));
  return check_entry_attributes(a.entries());
}

Outcome announce_apply(const pb::NegativeListAnnounce& a, Context& context) {
  pb::NegativeList list = next_version(context, a.version(), a.effective_at(), a.document());
  for (const pb::NegativeEntry& entry : a.entries()) {
    record_life(context, entry.code(),
                has_live_entry(list, entry.code(), context.time()) ? pb::EntryLife::AMENDED : pb::EntryLife::ANNOUNCED,
                list, 0);
  }
  add_entries(list, a.entries(), context.time(), 0);
  QILIAN_PASS(check_size(context, list));
  publish(context, std::move(list));
  return pass();
}

// ---- repeal ----

Outcome repeal_check(const pb::NegativeListRepeal& a) {
  QILIAN_PASS(require_count("codes", static_cast<std::size_t>(a.codes_size()), 1, 512));
  QILIAN_PASS(require_range("effective_at", a.effective_at(), 1, INT64_MAX));
  return require_digest("document", a.document());
}

Outcome repeal_object(const pb::NegativeListRepeal& a, const Context& context) {
  const auto list = published(context.state());
  for (const std::string& code : a.codes()) {
    QILIAN_REQUIRE(list && has_live_entry(*list, code, context.time()), "COM-301",
                   "no entry " + code + " in force or announced");
  }
  return pass();
}

Outcome repeal_invariants(const pb::NegativeListRepeal& a, const Context& context) {
  QILIAN_REQUIRE(a.effective_at() >= context.time().value(), "NEG-401", "a repeal takes effect now or later");
  return require_next(context, a.version());
}

Outcome repeal_apply(const pb::NegativeListRepeal& a, Context& context) {
  pb::NegativeList list = next_version(context, a.version(), a.effective_at(), a.document());
  for (const std::string& code : a.codes()) {
    end_entry(list, code, a.effective_at());
    record_life(context, code, pb::EntryLife::REPEALED, list, 0);
  }
  publish(context, std::move(list));
  return pass();
}

// ---- emergency ----

Outcome emergency_check(const pb::NegativeListEmergency& a) {
  QILIAN_PASS(require_count("entries", static_cast<std::size_t>(a.entries_size()), 1, 64));
  QILIAN_PASS(require_digest("document", a.document()));
  return check_entries_shape(a.entries());
}

/// An entry that stands is amended with notice, not by emergency: its replacement would lapse, and the old one with it.
Outcome emergency_object(const pb::NegativeListEmergency& a, const Context& context) {
  const auto list = published(context.state());
  for (const pb::NegativeEntry& entry : a.entries()) {
    QILIAN_REQUIRE(!list || !has_live_entry(*list, entry.code(), context.time()), "COM-302",
                   "entry " + entry.code() + " exists");
  }
  return pass();
}

Outcome emergency_invariants(const pb::NegativeListEmergency& a, const Context& context) {
  QILIAN_PASS(check_entry_sizes(context.parameters(), a.entries()));
  QILIAN_PASS(require_next(context, a.version()));
  return check_entry_attributes(a.entries());
}

Outcome emergency_apply(const pb::NegativeListEmergency& a, Context& context) {
  const std::int64_t lapses_at = context.deadline("negative_list.emergency_term").value();
  pb::NegativeList list = next_version(context, a.version(), context.time().value(), a.document());
  add_entries(list, a.entries(), context.time(), lapses_at);
  for (const pb::NegativeEntry& entry : a.entries())
    record_life(context, entry.code(), pb::EntryLife::EMERGENCY, list, lapses_at);
  QILIAN_PASS(check_size(context, list));
  publish(context, std::move(list));
  return pass();
}

// ---- ratify ----

Outcome ratify_check(const pb::NegativeListRatify& a) {
  return require_count("codes", static_cast<std::size_t>(a.codes_size()), 1, 64);
}

Outcome ratify_invariants(const pb::NegativeListRatify& a, const Context& context) {
  QILIAN_PASS(require_next(context, a.version()));
  for (const std::string& code : a.codes()) {
    const auto life = context.get<pb::EntryLife>(kind::kEntry, code);
    const bool waits = life && life->status() == pb::EntryLife::EMERGENCY && context.time().value() < life->lapses_at();
    QILIAN_REQUIRE(waits, "NEG-406", "entry " + code + " is no emergency entry, or has lapsed");
  }
  return pass();
}

Outcome ratify_apply(const pb::NegativeListRatify& a, Context& context) {
  pb::NegativeList list = next_version(context, a.version(), context.time().value(), {});
  const std::set<std::string> codes(a.codes().begin(), a.codes().end());
  for (pb::NegativeEntry& entry : *list.mutable_entries()) {
    if (codes.contains(entry.code())) entry.set_lapses_at(0);
  }
  for (const std::string& code : codes) record_life(context, code, pb::EntryLife::ANNOUNCED, list, 0);
  publish(context, std::move(list));
  return pass();
}

}  // namespace
}  // namespace negative_list

CallList negative_list_calls() {
  using namespace negative_list;
  CallList calls;
  calls.push_back(make_call<pb::NegativeListAnnounce>(
      two_regulators("negative_list.announce", "公布负面清单", "Announce the next version: entries added or replaced"),
      {.check = announce_check, .invariants = announce_invariants, .apply = announce_apply}));
  calls.push_back(make_call<pb::NegativeListRepeal>(
      two_regulators("negative_list.repeal", "废止条目", "Announce the next version without some entries"),
      {.check = repeal_check, .object = repeal_object, .invariants = repeal_invariants, .apply = repeal_apply}));
  calls.push_back(
      make_call<pb::NegativeListEmergency>(two_regulators("negative_list.emergency", "紧急条目",
                                                          "Put entries into force at once; they lapse unless ratified"),
                                           {.check = emergency_check,
                                            .object = emergency_object,
                                            .invariants = emergency_invariants,
                                            .apply = emergency_apply}));
  calls.push_back(make_call<pb::NegativeListRatify>(
      two_regulators("negative_list.ratify", "追认紧急条目", "Ratify emergency entries before they lapse"),
      {.check = ratify_check, .invariants = ratify_invariants, .apply = ratify_apply}));
  add_approval_call(calls);
  return calls;
}

}  // namespace qilian::contracts
