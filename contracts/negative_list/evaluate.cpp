#include "contracts/negative_list/evaluate.h"

#include <algorithm>
#include <set>

#include "contracts/members.h"
#include "contracts/negative_list.pb.h"
#include "contracts/negative_list/lists.h"
#include "contracts/negative_list/matcher.h"
#include "contracts/negative_list/overlays.h"

namespace qilian::contracts::negative_list {
namespace {

/// What a walk from the subject towards its ancestors found for one entry.
struct Walk {
  Truth match = Truth::kFalse;
  std::string where;                ///< the version that decided
  std::string unknown;              ///< why it is unknown
  std::vector<std::string> lifted;  ///< "VERSION by ATTESTATION", where exceptions cut
};

/// The subject as an asset: what the call adds to the version (purposes, buyer, environment).
AssetView with_call_facts(AssetView view, const ListSubject& subject) {
  // A purpose that nobody stated is unknown, not none: who leaves it out does not get past an entry about it.
  if (!subject.purposes.empty()) {
    view.attributes.push_back({.name = "purpose", .texts = subject.purposes, .number = std::nullopt});
  }
  view.attributes.push_back({.name = "udi", .texts = {view.udi}, .number = std::nullopt});
  if (!subject.buyer.empty())
    view.attributes.push_back({.name = "buyer", .texts = {subject.buyer}, .number = std::nullopt});
  if (!subject.environment.empty()) {
    view.attributes.push_back({.name = "environment", .texts = {subject.environment}, .number = std::nullopt});
  }
  return view;
}

std::optional<AssetView> view_of(const AssetSource& assets, const ListSubject& subject, const std::string& version) {
  std::optional<AssetView> view = version == subject.version && subject.draft ? subject.draft : assets.find(version);
  if (!view) return std::nullopt;
  return with_call_facts(std::move(*view), subject);
}

const AttestedClaim* cut_by(const pb::NegativeEntry& entry, const AssetView& view) {
  for (const pb::UnlessClaim& unless : entry.unless()) {
    if (const AttestedClaim* claim = lifting_claim(unless, view)) return claim;
  }
  return nullptr;
}

Walk walk(const pb::NegativeEntry& entry, const AssetSource& assets, const ListSubject& subject, std::size_t max_nodes,
          bool with_exceptions) {
  Walk out;
  std::set<std::string> seen{subject.version};
  std::vector<std::string> open{subject.version};
  const auto turn_unknown = [&out](const std::string& version, std::string why) {
    if (out.match != Truth::kFalse) return;
    out.match = Truth::kUnknown;
    out.where = version;
    out.unknown = std::move(why);
  };
  for (std::size_t next = 0; next < open.size(); ++next) {
    const std::string version = open[next];
    if (next >= max_nodes) {
      turn_unknown(version, "its lineage is larger than " + std::to_string(max_nodes) + " versions");
      return out;
    }
    const std::optional<AssetView> view = view_of(assets, subject, version);
    if (!view) {
      turn_unknown(version, "the version is not registered");
      continue;
    }
    if (with_exceptions) {
      if (const AttestedClaim* claim = cut_by(entry, *view)) {
        out.lifted.push_back(version + " by " + claim->attestation);
        continue;
      }
    }
    const Truth match_here = match(entry.matcher(), *view);
    if (match_here == Truth::kTrue) {
      out.match = Truth::kTrue;
      out.where = version;
      return out;
    }
    if (match_here == Truth::kUnknown) turn_unknown(version, "an attribute that the entry asks for is not stated");
    if (entry.reach() != pb::NegativeEntry::DESCENDANTS) continue;
    for (const std::string& parent : view->parents) {
      if (seen.insert(parent).second) open.push_back(parent);
    }
  }
  return out;
}

std::string udi_of(const ListSubject& subject) { return subject.version.substr(0, subject.version.find('@')); }

/// A quota counts what opens business; the later stages of what it let through run on.
bool counted(const pb::NegativeEntry& entry, const ListSubject& subject) {
  return entry.mode() == pb::NegativeEntry::RESTRICT && entry.conditions().quota() != 0 && subject.opens_business &&
         subject.opened_at.value() == 0;
}

/// Which conditions are not met, in words; empty when all are.
std::string unmet(const pb::NegativeEntry& entry, const ListSubject& subject, const ConditionFacts& facts) {
  const pb::ListConditions& conditions = entry.conditions();
  for (const std::string& type : conditions.attestations()) {
    if (!facts.attested(subject.version, type)) return "attestation " + type;
  }
  if (!conditions.environments().empty() && !std::ranges::count(conditions.environments(), subject.environment)) {
    return "environment";
  }
  for (const std::string& purpose : subject.purposes) {
    if (!conditions.purposes().empty() && !std::ranges::count(conditions.purposes(), purpose))
      return "purpose " + purpose;
  }
  if (!conditions.purposes().empty() && subject.purposes.empty()) return "a stated purpose";
  if (!conditions.buyer_roles().empty() && std::ranges::none_of(conditions.buyer_roles(), [&](const std::string& role) {
        return facts.holds_role(subject.buyer, role);
      })) {
    return "buyer class";
  }
  if (conditions.approval() && !facts.approved(entry.code(), subject.version)) return "approval";
  if (counted(entry, subject) && facts.used(entry.code(), udi_of(subject)) >= conditions.quota()) return "quota";
  return {};
}

enum class Strictness { kNone, kRestricted, kUnknown, kProhibited };

struct Finding {
  Strictness strictness = Strictness::kNone;
  std::string trace;
};

std::string place(const ListSubject& subject, const std::string& where) {
  return where == subject.version ? where : subject.version + " through " + where;
}

Finding judge(const pb::NegativeEntry& entry, const Walk& found, const ListSubject& subject, bool announced,
              const ConditionFacts& facts) {
  const std::string head = entry.code() + " " +
                           (announced ? "standstill" : pb::NegativeEntry::Mode_Name(entry.mode())) + " on " +
                           place(subject, found.where);
  if (found.match == Truth::kUnknown) return {Strictness::kUnknown, head + ": " + found.unknown};
  if (entry.transition() == pb::NegativeEntry::REVIEW && subject.opened_at.value() != 0 &&
      subject.opened_at.value() < entry.published_at()) {
    return {Strictness::kRestricted, head + ": waits for review"};
  }
  if (announced || entry.mode() == pb::NegativeEntry::PROHIBIT) return {Strictness::kProhibited, head};
  const std::string missing = unmet(entry, subject, facts);
  if (missing.empty()) return {};
  return {Strictness::kRestricted, head + ": unmet " + missing};
}

/// Is the entry asked at all: in force, or announced with a standstill for a call that opens business?
bool asked(const pb::NegativeEntry& entry, ListOperation operation, const ListSubject& subject, TimeMs now,
           bool& announced) {
  const auto wanted = static_cast<pb::NegativeEntry::Operation>(operation);
  if (!std::ranges::count(entry.operations(), static_cast<int>(wanted))) return false;
  if (entry.lapses_at() != 0 && now.value() >= entry.lapses_at()) return false;
  if (entry.to() != 0 && now.value() >= entry.to()) return false;
  announced = now.value() < entry.from();
  if (announced) {
    const bool market = operation == ListOperation::kList || operation == ListOperation::kTrade;
    return entry.standstill() && market && subject.opens_business;
  }
  const bool open_before = subject.opened_at.value() != 0 && subject.opened_at.value() < entry.published_at();
  return !(entry.transition() == pb::NegativeEntry::GRANDFATHER && open_before &&
           now.value() < entry.transition_until());
}

std::string_view code_of(Strictness strictness) {
  switch (strictness) {
    case Strictness::kProhibited:
      return "COM-401";
    case Strictness::kUnknown:
      return "COM-403";
    case Strictness::kRestricted:
    case Strictness::kNone:
      break;
  }
  return "COM-402";
}

std::string use_id(const Context& context, std::string_view entry, std::string_view udi) {
  return std::string(entry) + "/" + std::string(udi) + "/" + std::to_string(date_of(context.time()).year);
}

class LedgerFacts final : public ConditionFacts {
 public:
  explicit LedgerFacts(const Context& context) : context_(context) {}
  bool attested(std::string_view version, std::string_view type) const override {
    return std::ranges::any_of(attestations_in_force(context_, version), [&](const AttestationView& attestation) {
      return attestation.type == type && attestation.result != "FAIL";
    });
  }
  bool holds_role(std::string_view uscc, std::string_view role) const override {
    return has_role(context_, uscc, role);
  }
  bool approved(std::string_view entry, std::string_view version) const override {
    const auto found = context_.get<pb::Approval>(kind::kApproval, approval_id(entry, version));
    return found && context_.time().value() < found->until();
  }
  std::int64_t used(std::string_view entry, std::string_view udi) const override {
    const auto found = context_.get<pb::EntryUse>(kind::kEntryUse, use_id(context_, entry, udi));
    return found ? found->used() : 0;
  }

 private:
  const Context& context_;
};

/// An effective CORE denies every operation, whatever the list says.
Outcome check_core(const AssetSource& assets, const ListSubject& subject) {
  const std::optional<AssetView> view = subject.draft ? std::nullopt : assets.find(subject.version);
  if (!view) return pass();
  for (const Attribute& attribute : view->attributes) {
    const bool core = attribute.name == "effective_grade" && std::ranges::count(attribute.texts, "CORE") != 0;
    QILIAN_REQUIRE(!core, "COM-401", "effective grade CORE of " + subject.version);
  }
  return pass();
}

}  // namespace

bool ConditionFacts::approved(std::string_view, std::string_view) const { return false; }
std::int64_t ConditionFacts::used(std::string_view, std::string_view) const { return INT64_MAX; }

std::string approval_id(std::string_view entry, std::string_view version) {
  return std::string(entry) + "/" + std::string(version);
}

void count_uses(Context& context, const std::vector<Evaluation::Use>& uses) {
  for (const Evaluation::Use& use : uses) {
    const std::string id = use_id(context, use.entry, use.udi);
    auto record = context.get<pb::EntryUse>(kind::kEntryUse, id).value_or(pb::EntryUse());
    record.set_used(record.used() + 1);
    context.put(kind::kEntryUse, id, record);
  }
}

Evaluation evaluate(const pb::NegativeList& list, const AssetSource& assets, const ListSubject& subject,
                    ListOperation operation, TimeMs now, std::size_t max_nodes, const ConditionFacts& facts) {
  Evaluation out;
  Strictness strictest = Strictness::kNone;
  for (const pb::NegativeEntry& entry : list.entries()) {
    bool announced = false;
    if (!asked(entry, operation, subject, now, announced)) continue;
    const Walk found = walk(entry, assets, subject, max_nodes, true);
    if (found.match == Truth::kFalse) {
      // An exception is worth naming only where the entry would have matched without it.
      if (!found.lifted.empty() && walk(entry, assets, subject, max_nodes, false).match != Truth::kFalse) {
        for (const std::string& lifted : found.lifted)
          out.trace += (out.trace.empty() ? "" : "; ") + entry.code() + " lifted at " + lifted;
      }
      continue;
    }
    Finding finding = judge(entry, found, subject, announced, facts);
    if (finding.strictness == Strictness::kNone) {
      // An overlay's entry with the list's code asks beside it: one operation is one use of that code all the same.
      if (counted(entry, subject) &&
          std::ranges::find(out.uses, entry.code(), &Evaluation::Use::entry) == out.uses.end())
        out.uses.push_back({entry.code(), udi_of(subject)});
      continue;
    }
    out.entries.push_back(entry.code());
    if (finding.strictness > strictest) {
      strictest = finding.strictness;
      out.denial = deny(std::string(code_of(strictest)), std::move(finding.trace));
    }
  }
  return out;
}

Evaluation evaluate_all(const Context& context, const std::vector<ListSubject>& subjects, ListOperation operation) {
  Evaluation out;
  if (subjects.empty()) return out;
  pb::NegativeList list = published(context.state()).value_or(pb::NegativeList());
  append_overlays(context.state(), list);
  const std::unique_ptr<AssetSource> assets = registry_assets(context);
  const LedgerFacts facts(context);
  const auto max_nodes = static_cast<std::size_t>(context.parameters().integer("negative_list.max_lineage_nodes"));
  for (const ListSubject& subject : subjects) {
    const ListOperation asked_operation = subject.operation == ListOperation::kNone ? operation : subject.operation;
    if (Outcome core = check_core(*assets, subject)) {
      out.denial = core;
      return out;
    }
    if (asked_operation == ListOperation::kNone) continue;
    Evaluation one = evaluate(list, *assets, subject, asked_operation, context.time(), max_nodes, facts);
    if (one.denial) return one;
    if (!one.trace.empty()) out.trace += (out.trace.empty() ? "" : "; ") + one.trace;
    std::ranges::move(one.uses, std::back_inserter(out.uses));
  }
  return out;
}

}  // namespace qilian::contracts::negative_list
