#include "tests/unit/contracts/market_world.h"

#include <algorithm>

#include "contracts/gate.h"
#include "contracts/governance.pb.h"
#include "contracts/incident.pb.h"
#include "contracts/membership.pb.h"
#include "ledger/core/hash.h"
#include "ledger/core/udi.h"

namespace qilian::contracts::test {
namespace {

struct Empty final : ledger::StateView {
  std::optional<ledger::Bytes> record(const ledger::Key&) const override { return std::nullopt; }
};

const std::map<std::string, std::string, std::less<>> kCast{
    {"REG1", "11620000DEM000014C"}, {"REG2", "11620000DEM0000227"}, {"REG3", "11620000DEM0000315"},
    {"VEN", "91620100DEM00041XD"},  {"NOT", "32621000DEM000719T"},  {"MET", "12621000DEM000110Y"},
    {"TRA", "11621000DEM000129Y"},  {"IMPL", "11621000DEM000137R"}, {"REGR", "12620000DEM000217X"},
    {"OPR", "91621002DEM000313B"},  {"DLR", "91620100DEM000516U"},  {"DLR2", "91620900DEM0005240"},
    {"BUY", "91621002DEM0006129"},  {"ARB", "35620100DEM000815K"},  {"AUD", "91620100DEM0009100"},
    {"TST", "91620100DEM0009201"},  {"SHELL", "91620900DEM000532T"}};

std::string tagged(char tag, std::string_view text) { return std::string(1, tag) + ledger::sha256({text}).str(); }

ledger::PublicKey key_of(std::string_view officer) {
  return *ledger::PublicKey::from(ledger::sha256({"key of ", officer}).view());
}

/// "REGR" signs by its first officer.
std::string officer_of(std::string_view signer) {
  return signer.find('-') == std::string_view::npos ? std::string(signer) + "-1" : std::string(signer);
}

pb::CodeTable purposes() {
  pb::CodeTable table;
  table.set_name("purpose");
  table.set_version(1);
  for (const auto& [code, fee, grades] :
       {std::tuple{"GOVERNANCE", "FREE", ""}, {"INDUSTRY", "PRICED", ""}, {"OPEN_DAY", "FREE", "ORDINARY"}}) {
    pb::TableCode* row = table.add_codes();
    row->set_code(code);
    pb::CodeAttribute* attribute = row->add_attributes();
    attribute->set_name("fee");
    attribute->set_value(fee);
    if (*grades == '\0') continue;
    attribute = row->add_attributes();
    attribute->set_name("grades");
    attribute->set_value(grades);
  }
  return table;
}

}  // namespace

std::string digest(std::string_view text) { return tagged('\x01', text); }
std::string commitment(std::string_view text) { return tagged('\x81', text); }

MarketWorld::MarketWorld() : base_(std::make_unique<Empty>()), writes_(std::make_unique<WriteSet>(*base_)) {
  put_organisation("REG1", {"REGULATOR"}, 1);
  put_organisation("REG2", {"REGULATOR"}, 1);
  put_organisation("VEN", {"VENUE"}, 1);
  put_organisation("NOT", {"NOTARY"}, 2);
  put_organisation("MET", {"HOLDER", "SOURCE_AGENCY"}, 1);
  put_organisation("TRA", {"HOLDER", "SOURCE_AGENCY"}, 1);
  put_organisation("IMPL", {"IMPLEMENTING_AGENCY"}, 1);
  put_organisation("REGR", {"REGISTRAR"}, 4);
  put_organisation("OPR", {"OPERATOR"}, 1);
  put_organisation("DLR", {"DEALER", "HOLDER"}, 1);
  put_organisation("DLR2", {"DEALER", "HOLDER"}, 1);
  put_organisation("BUY", {"BUYER"}, 1);
  put_organisation("AUD", {"AGENT", "SERVICE_AUDIT", "SERVICE_VALUATION"}, 1);
  put_organisation("TST", {"ASSESSOR"}, 1);
  put(kind::kTable, "purpose", purposes());
}

std::string MarketWorld::uscc(std::string_view short_name) { return kCast.find(short_name)->second; }

std::string MarketWorld::udi(std::string_view owner, char letter, std::uint32_t serial) {
  return ledger::Udi::make(*ledger::Uscc::parse(uscc(owner)), static_cast<ledger::UdiClass>(letter), 2026, serial)
      .base();
}

MarketWorld::Reply MarketWorld::call(std::string_view name, const google::protobuf::Message& arguments,
                                     std::vector<std::string> signers) {
  const Call* call = find_contract_call(name);
  if (call == nullptr) return {"no such call", {}, {}};
  const auto parsed = call->parse(arguments.SerializeAsString());
  if (const Outcome refused = call->check(*parsed)) return {refused->code, refused->trace, {}};
  std::vector<ledger::PublicKey> keys;
  for (const std::string& signer : signers) keys.push_back(key_of(officer_of(signer)));
  const ledger::PublicKey lead = keys.front();
  std::ranges::sort(keys);
  frame_ = {.height = ledger::Height(1), .time = now_, .parameters = &parameters_, .calendar = &calendar_};
  QuotaBook quota(*writes_);
  const ledger::TransactionId id =
      ledger::TransactionId::of(ledger::sha256({"transaction", std::to_string(++serial_)}));
  const Decision decision = run_gate(frame_, *writes_, quota,
                                     {.call = call,
                                      .arguments = parsed.get(),
                                      .signers = keys,
                                      .lead = lead,
                                      .expires = TimeMs(now_.value() + 1000),
                                      .id = id});
  if (decision.denial) return {decision.denial->code, decision.denial->trace, {}};
  return {"OK", decision.trace, decision.object};
}

void MarketWorld::put(Kind kind, std::string_view id, const google::protobuf::Message& record) {
  ledger::Event event;
  event.key = {kind, std::string(id)};
  event.kind = static_cast<std::uint16_t>(EventKind::kCreated);
  event.record = record.SerializeAsString();
  writes_->write(std::move(event));
}

std::size_t MarketWorld::references(Kind index, std::string_view id) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      writes_->events(), [&](const ledger::Event& event) { return event.key.kind == index && event.key.id == id; }));
}

Context MarketWorld::context() {
  frame_ = {.height = ledger::Height(1), .time = now_, .parameters = &parameters_, .calendar = &calendar_};
  return Context(frame_, {}, "test.read", {}, *writes_);
}

void MarketWorld::put_organisation(std::string_view short_name, std::initializer_list<const char*> roles, int officers,
                                   std::string_view controller) {
  pb::Organisation organisation;
  organisation.set_uscc(uscc(short_name));
  organisation.set_status(pb::Organisation::ADMITTED);
  organisation.set_admitted_at(1);
  for (const char* role : roles) organisation.add_roles()->set_role(role);
  for (int number = 1; number <= officers; ++number) {
    const std::string officer = std::string(short_name) + "-" + std::to_string(number);
    organisation.add_officers()->set_officer_id(officer);
    pb::Key key;
    const ledger::PublicKey public_key = key_of(officer);
    key.set_public_key(std::string(public_key.view()));
    key.set_organisation(organisation.uscc());
    key.set_officer_id(officer);
    key.set_status(pb::Key::ACTIVE);
    put(kind::kKey, public_key.hex(), key);
  }
  if (!controller.empty()) {
    organisation.add_controllers(uscc(controller));
    auto controlled = get<pb::ControlledOrganisations>(kind::kController, uscc(controller));
    controlled.add_organisations(organisation.uscc());
    put(kind::kController, uscc(controller), controlled);
  }
  put(kind::kOrganisation, organisation.uscc(), organisation);
  pb::Undertaking undertaking;
  undertaking.set_organisation(organisation.uscc());
  undertaking.set_expires(INT64_MAX);
  put(kind::kUndertaking, organisation.uscc(), undertaking);
}

void MarketWorld::set_status(std::string_view short_name, int status) {
  auto organisation = get<pb::Organisation>(kind::kOrganisation, uscc(short_name));
  organisation.set_status(static_cast<pb::Organisation::Status>(status));
  put(kind::kOrganisation, uscc(short_name), organisation);
}

void MarketWorld::attest(std::string_view id, pb::Attestation::Type type, std::string_view subject,
                         std::string_view claim, std::string_view text, pb::Attestation::Result result) {
  pb::Attestation attestation;
  attestation.set_id(std::string(id));
  attestation.set_type(type);
  attestation.set_issuer(uscc("NOT"));
  attestation.set_status(pb::Attestation::ACTIVE);
  attestation.set_result(result);
  attestation.set_from(1);
  pb::Subject* about = attestation.add_subjects();
  about->set_kind(pb::Subject::ASSET_VERSION);
  about->set_id(std::string(subject));
  pb::Claim* said = attestation.add_claims();
  said->set_name(std::string(claim));
  said->set_text(std::string(text));
  put(kind::kAttestation, id, attestation);
  auto list = get<pb::AttestationsOf>(kind::kAttestationsOf, subject);
  list.add_ids(std::string(id));
  put(kind::kAttestationsOf, subject, list);
}

void MarketWorld::hold(const std::string& scope) {
  pb::HoldSet holds;
  holds.set_scope(scope);
  pb::Hold* added = holds.add_holds();
  added->set_id("H");
  added->set_from(now_.value());
  added->set_until(in_days(1));
  put(kind::kHoldsOn, scope, holds);
}

void MarketWorld::end_attestation(std::string_view id) {
  auto attestation = get<pb::Attestation>(kind::kAttestation, id);
  attestation.set_status(pb::Attestation::REVOKED);
  put(kind::kAttestation, id, attestation);
}

}  // namespace qilian::contracts::test
