#include "tests/unit/contracts/network.h"

#include <algorithm>

#include "contracts/credit.pb.h"
#include "contracts/governance.pb.h"
#include "contracts/membership.pb.h"
#include "ledger/core/canonical.h"
#include "ledger/core/hash.h"

namespace qilian::contracts::network_test {
namespace {

void add_code(pb::CodeTable& table, std::string_view code, std::string_view fee = {}) {
  pb::TableCode* added = table.add_codes();
  added->set_code(std::string(code));
  added->set_label(std::string(code));
  if (fee.empty()) return;
  added->add_attributes()->set_name("fee");
  added->mutable_attributes(0)->set_value(std::string(fee));
}

pb::CreditRules credit_rules() {
  pb::CreditRules rules;
  rules.set_version(1);
  rules.set_base(600);
  rules.set_minor(20);
  rules.set_moderate(120);
  rules.set_serious(300);
  rules.set_trade(2);
  rules.set_trade_cap(10);
  rules.set_audit(20);
  rules.set_grade_aa(800);
  rules.set_grade_a(700);
  rules.set_grade_b(550);
  rules.set_grade_c(400);
  for (const auto& [code, highest, repairable, obligation] :
       {std::tuple("FALSE_DELIVERY", pb::Severity::SERIOUS, true, "refund"),
        std::tuple("FORGERY", pb::Severity::SERIOUS, false, ""),
        std::tuple("LATE_REPORT", pb::Severity::MINOR, true, "")}) {
    pb::Behaviour* behaviour = rules.add_behaviours();
    behaviour->set_code(code);
    behaviour->set_label(code);
    behaviour->set_highest(highest);
    behaviour->set_repairable(repairable);
    behaviour->set_obligation(obligation);
  }
  return rules;
}

}  // namespace

std::optional<ledger::Bytes> MapState::record(const ledger::Key& key) const {
  const auto at = records.find(key);
  if (at == records.end()) return std::nullopt;
  return at->second;
}

ledger::SecretKey key_of(std::string_view name) {
  return *ledger::SecretKey::from_seed(ledger::sha256({"test key ", name}).view());
}

std::string digest(std::string_view of) { return '\x01' + ledger::sha256({of}).str(); }
std::string commitment(std::string_view of) { return '\x81' + ledger::sha256({"salt", of}).str(); }
ledger::GenesisHash chain() { return ledger::GenesisHash::of(ledger::sha256({"test chain"})); }

Network::Network() {
  genesis_.hash = chain();
  genesis_.window = 8;
  for (const auto& [name, uscc] :
       {std::pair("REG1", kReg1), std::pair("REG2", kReg2), std::pair("NOT", kNotary), std::pair("VEN", kVenue)}) {
    genesis_.validators.validators.push_back(
        {std::string(uscc), key_of(std::string(name) + "-consensus").public_key()});
  }
  add_member("REG1", kReg1, {"REGULATOR", "VALIDATOR"});
  add_member("REG2", kReg2, {"REGULATOR", "VALIDATOR"});
  add_member("REG3", kReg3, {"PRICING", "REGULATOR"});
  add_member("VEN", kVenue, {"VALIDATOR", "VENUE"});
  add_member("NOT", kNotary, {"NOTARY", "VALIDATOR"});
  add_key("NOT-2", kNotary, "NOT-2");
  pb::ValidatorOrganisations validators;
  for (std::string_view uscc : {kReg1, kReg2, kNotary, kVenue}) validators.add_organisations(std::string(uscc));
  put(kind::kValidatorOrganisations, "current", validators);
  put(kind::kCreditRules, "current", credit_rules());
  pb::ParameterSet parameters;
  parameters.set_version(1);
  put(kind::kParameters, "current", parameters);
  pb::CodeTable region;
  region.set_name("region");
  region.set_version(1);
  for (std::string_view code : {"620000", "620100", "620900", "621002"}) add_code(region, code);
  put(kind::kTable, "region", region);
  pb::CodeTable industry;
  industry.set_name("industry");
  industry.set_version(1);
  for (std::string_view code : {"J6820", "M7410"}) add_code(industry, code);
  put(kind::kTable, "industry", industry);
  pb::CodeTable purpose;
  purpose.set_name("purpose");
  purpose.set_version(1);
  add_code(purpose, "GOVERNANCE", "FREE");
  add_code(purpose, "INDUSTRY", "PRICED");
  put(kind::kTable, "purpose", purpose);
}

void Network::add_member(std::string_view name, std::string_view uscc, std::vector<std::string> roles,
                         std::vector<std::string> controllers) {
  pb::Organisation organisation;
  organisation.set_uscc(std::string(uscc));
  organisation.set_name(std::string(name));
  organisation.set_kind(pb::Organisation::ENTERPRISE);
  organisation.set_region("620000");
  std::ranges::sort(roles);
  for (const std::string& role : roles) organisation.add_roles()->set_role(role);
  for (const std::string& controller : controllers) {
    organisation.add_controllers(controller);
    auto links = get<pb::ControlledOrganisations>(kind::kController, controller);
    links.add_organisations(std::string(uscc));
    put(kind::kController, controller, links);
  }
  organisation.set_basis("genesis");
  organisation.set_status(pb::Organisation::ADMITTED);
  organisation.set_applied_at(1);
  organisation.set_admitted_at(1);
  put(kind::kOrganisation, uscc, organisation);
  pb::Undertaking undertaking;
  undertaking.set_id("genesis");
  undertaking.set_organisation(std::string(uscc));
  undertaking.set_expires(kStart + 1000 * kDay);
  put(kind::kUndertaking, uscc, undertaking);
  add_key(name, uscc, name);
}

void Network::add_key(std::string_view name, std::string_view uscc, std::string_view officer) {
  auto organisation = get<pb::Organisation>(kind::kOrganisation, uscc);
  const bool known =
      std::ranges::any_of(organisation.officers(), [&](const pb::Officer& o) { return o.officer_id() == officer; });
  if (!known) organisation.add_officers()->set_officer_id(std::string(officer));
  put(kind::kOrganisation, uscc, organisation);
  const ledger::PublicKey public_key = key_of(name).public_key();
  pb::Key key;
  key.set_public_key(std::string(public_key.view()));
  key.set_algorithm("ed25519");
  key.set_organisation(std::string(uscc));
  key.set_officer_id(std::string(officer));
  key.set_status(pb::Key::ACTIVE);
  put(kind::kKey, public_key.hex(), key);
}

void Network::set_parameter(std::string_view name, std::string_view value) {
  auto set = get<pb::ParameterSet>(kind::kParameters, "current");
  pb::Parameter* added = set.add_parameters();
  added->set_name(std::string(name));
  added->set_value(std::string(value));
  std::sort(set.mutable_parameters()->begin(), set.mutable_parameters()->end(),
            [](const pb::Parameter& a, const pb::Parameter& b) { return a.name() < b.name(); });
  put(kind::kParameters, "current", set);
}

void Network::put(Kind kind, std::string_view id, const google::protobuf::Message& record) {
  state_.records[{kind, std::string(id)}] = ledger::encode(record);
}

ledger::Transaction Network::make(std::string_view call, const google::protobuf::Message& arguments,
                                  const Signers& signers, std::int64_t expires) {
  std::vector<ledger::SecretKey> keys;
  for (const std::string& name : signers) keys.push_back(key_of(name));
  ledger::BodyFields fields;
  for (const ledger::SecretKey& key : keys) fields.signers.push_back(key.public_key());
  fields.lead = keys.front().public_key();
  fields.expires = ledger::TimeMs(expires == 0 ? now_.value() + 3'600'000 : expires);
  fields.nonce = ledger::FixedWriter().u64(++nonce_).take();
  fields.call = std::string(call);
  fields.arguments = ledger::encode(arguments);
  const ledger::Result<ledger::Bytes> body = ledger::encode_body(fields);
  QILIAN_CHECK(body.has_value());
  std::ranges::sort(keys, {}, [](const ledger::SecretKey& key) { return key.public_key(); });
  std::vector<ledger::Signature> signatures;
  for (const ledger::SecretKey& key : keys) signatures.push_back(ledger::sign_body(*body, chain(), key));
  auto transaction = ledger::Transaction::decode(ledger::assemble_envelope(*body, signatures));
  QILIAN_CHECK(transaction.has_value());
  return *transaction;
}

std::vector<ledger::pb::Receipt> Network::block(const std::vector<ledger::Transaction>& transactions) {
  std::vector<const ledger::Transaction*> pointers;
  for (const ledger::Transaction& transaction : transactions) pointers.push_back(&transaction);
  last_ = execute(state_, {.height = height_, .time = now_, .genesis = &genesis_}, pointers);
  for (const ledger::Event& event : last_.events) {
    if (event.record) state_.records[event.key] = *event.record;
    ++journal_[event.key];
  }
  std::vector<ledger::pb::Receipt> receipts;
  for (const ledger::Bytes& bytes : last_.receipts) {
    ledger::pb::Receipt receipt;
    QILIAN_CHECK(receipt.ParseFromString(bytes));
    receipts.push_back(std::move(receipt));
  }
  height_ = height_.next();
  advance(1000);
  return receipts;
}

ledger::pb::Receipt Network::run(std::string_view call, const google::protobuf::Message& arguments,
                                 const Signers& signers) {
  return block({make(call, arguments, signers)}).front();
}

std::string Network::static_code(std::string_view call, const google::protobuf::Message& arguments,
                                 const Signers& signers) {
  const std::optional<Denial> denial = check_static(make(call, arguments, signers));
  return denial ? denial->code : "OK";
}

std::size_t Network::entries(Kind index, std::string_view id) const {
  const auto at = journal_.find({index, std::string(id)});
  return at == journal_.end() ? 0 : at->second;
}

}  // namespace qilian::contracts::network_test
