#include "cli/genesis_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/genesis_records.h"
#include "cli/message_values.h"
#include "contracts/credit.pb.h"
#include "contracts/engine.h"
#include "contracts/governance.pb.h"
#include "contracts/kinds.h"
#include "contracts/negative_list.pb.h"
#include "contracts/parameters.h"
#include "ledger/core/canonical.h"

namespace qilian::cli {
namespace {

namespace kind = contracts::kind;
namespace pb = contracts::pb;
using ledger::Genesis;

/// Texts of a genesis file may name keys; they know no marks and no cast.
class GenesisNames final : public Names {
 public:
  explicit GenesisNames(KeyRing& keys) : keys_(keys) {}
  Result<TomlValue> lookup(std::string_view path) const override {
    return fail("genesis.name", fmt::format("${{{}}}: genesis files have no names to replace", path));
  }
  Result<ledger::Bytes> public_key(std::string_view name) const override {
    QILIAN_TRY(const ledger::SecretKey key, keys_.key(name));
    return ledger::Bytes(key.public_key().view());
  }
  Result<std::int64_t> time(std::string_view mark) const override {
    return fail("genesis.time", fmt::format("'{}': write a time like 2026-01-01T00:00:00+08:00", mark));
  }

 private:
  KeyRing& keys_;
};

class GenesisReader {
 public:
  GenesisReader(const TomlValue& root, const std::string& file, KeyRing& keys, const GenesisChoices& choices)
      : root_(root), file_(file), names_(keys), choices_(choices) {}

  Result<CompiledGenesis> compile() {
    TomlReader reader(root_, file_);
    Genesis& fields = out_.genesis;
    fields.chain = reader.text("chain");
    fields.time = ledger::TimeMs(time_of(reader, "time"));
    fields.logic_version = static_cast<std::uint32_t>(reader.integer_or("logic_version", 1));
    fields.window = static_cast<std::uint32_t>(reader.integer_or("window", 32));
    fields.short_expiry_ms = reader.integer_or("short_expiry_seconds", 600) * 1000;
    const TomlValue* parameters = reader.table_or_null("parameters");
    const auto organisations = reader.tables("organisation");
    const auto validators = reader.tables("validator");
    const auto tables = reader.tables("table");
    const auto calendars = reader.tables("calendar");
    const auto lists = reader.tables("negative_list");
    const TomlValue* credit = reader.table_or_null("credit");
    QILIAN_TRY_VOID(reader.finish());

    QILIAN_TRY_VOID(read_parameters(parameters));
    for (const TomlValue* table : organisations) {
      QILIAN_TRY_VOID(read_organisation(*table));
    }
    QILIAN_TRY_VOID(read_validators(validators));
    for (const TomlValue* table : tables) {
      QILIAN_TRY_VOID(read_table(*table));
    }
    for (const TomlValue* calendar : calendars) {
      pb::WorkCalendar record;
      QILIAN_TRY_VOID(fill(record, *calendar));
      put(kind::kCalendar, std::to_string(record.year()), record);
    }
    QILIAN_TRY_VOID(read_lists(lists));
    if (credit != nullptr) {
      pb::CreditRules rules;
      QILIAN_TRY_VOID(fill(rules, *credit));
      if (rules.version() == 0) rules.set_version(1);
      std::sort(rules.mutable_behaviours()->begin(), rules.mutable_behaviours()->end(),
                [](const auto& a, const auto& b) { return a.code() < b.code(); });
      put(kind::kCreditRules, "current", rules);
    }
    out_.genesis.records.merge(members_.records(out_.genesis.time, undertakings_expire_));
    QILIAN_TRY(out_.genesis, Genesis::compile(out_.genesis));
    QILIAN_TRY_VOID(contracts::check_genesis(out_.genesis));
    return std::move(out_);
  }

 private:
  std::int64_t time_of(TomlReader& reader, const char* key) {
    const TomlValue* value = root_.find(key);
    if (value != nullptr && value->is(TomlValue::Type::kText) && value->text == "creation") {
      reader.take(key);
      return choices_.creation_ms;
    }
    return reader.time(key);
  }

  void put(ledger::Kind kind, const std::string& id, const google::protobuf::Message& record) {
    out_.genesis.records[{kind, id}] = ledger::encode(record);
  }

  std::unexpected<ledger::Error> wrong(int line, const std::string& message) const {
    return fail("genesis.value", fmt::format("{}:{}: {}", file_, line, message));
  }

  /// Fills a record by its fields' names.
  Result<void> fill(google::protobuf::Message& record, const TomlValue& table) const {
    if (auto filled = fill_message(record, table, names_); !filled) {
      return fail("genesis.value", fmt::format("{}: {}", file_, filled.error().message));
    }
    return {};
  }

  Result<void> flatten(const TomlValue& table, const std::string& prefix,
                       std::map<std::string, std::string>& out) const {
    for (const TomlValue::Field& field : table.fields) {
      const std::string name = prefix.empty() ? field.name : prefix + "." + field.name;
      if (field.value.is(TomlValue::Type::kTable)) {
        QILIAN_TRY_VOID(flatten(field.value, name, out));
        continue;
      }
      const contracts::ParameterSpec* spec = contracts::find_parameter(name);
      if (spec == nullptr)
        return wrong(field.value.line, fmt::format("there is no parameter '{}'; genesis/README.md lists them", name));
      const std::string text =
          field.value.is(TomlValue::Type::kInteger) ? std::to_string(field.value.integer) : field.value.text;
      if (const auto parsed = contracts::parse_parameter(*spec, text); !parsed)
        return wrong(field.value.line, parsed.error().message);
      out[name] = text;
    }
    return {};
  }

  /// Every parameter stands in the record, so that a later release's default changes no running network.
  Result<void> read_parameters(const TomlValue* table) {
    std::map<std::string, std::string> values;
    for (const contracts::ParameterSpec& spec : contracts::parameter_specs())
      values[std::string(spec.name)] = spec.default_value;
    if (table != nullptr) {
      QILIAN_TRY_VOID(flatten(*table, "", values));
    }
    pb::ParameterSet record;
    record.set_version(1);
    for (const auto& [name, value] : values) {
      pb::Parameter& parameter = *record.add_parameters();
      parameter.set_name(name);
      parameter.set_value(value);
    }
    put(kind::kParameters, "current", record);
    const contracts::Parameters parameters = contracts::Parameters::decode(ledger::encode(record));
    undertakings_expire_ = contracts::deadline(out_.genesis.time, parameters.period("membership.undertaking_term"), {});
    return {};
  }

  Result<void> read_organisation(const TomlValue& table) {
    TomlReader reader(table, file_);
    GenesisMember member;
    member.short_name = reader.text("short");
    member.uscc = reader.text("uscc");
    member.name = reader.text("name");
    member.kind = reader.text("kind");
    member.region = reader.text("region");
    member.roles = reader.texts_or_none("roles");
    member.sectors = reader.texts_or_none("sectors");
    member.controllers = reader.texts_or_none("controllers");
    member.undertaking = reader.text("undertaking");
    const auto officers = reader.tables("officer");
    QILIAN_TRY_VOID(reader.finish());
    for (const TomlValue* officer : officers) {
      QILIAN_TRY(GenesisOfficer read, read_officer(*officer));
      member.officers.push_back(std::move(read));
    }
    if (auto added = members_.add(member); !added) return wrong(table.line, added.error().message);
    return {};
  }

  Result<GenesisOfficer> read_officer(const TomlValue& table) const {
    TomlReader reader(table, file_);
    GenesisOfficer out;
    out.id = reader.text("id");
    const std::string person = reader.text("person_tag");
    const std::string key = reader.text("key");
    out.chief_data_officer = reader.boolean_or("chief_data_officer", false);
    QILIAN_TRY_VOID(reader.finish());
    QILIAN_TRY(out.person_tag, bytes_of_text(person, names_));
    QILIAN_TRY(out.public_key, key_of_text(key, table.line));
    return out;
  }

  /// "key:NAME" or 64 hexadecimal digits.
  Result<ledger::PublicKey> key_of_text(const std::string& text, int line) const {
    QILIAN_TRY(const ledger::Bytes bytes, bytes_of_text(text, names_));
    const auto key = ledger::PublicKey::from(bytes);
    if (!key) return wrong(line, fmt::format("'{}' is neither key:NAME nor 64 hexadecimal digits", text));
    return *key;
  }

  Result<void> read_validators(const std::vector<const TomlValue*>& tables) {
    std::vector<std::string> organisations;
    for (const TomlValue* table : tables) {
      if (choices_.validators != 0 && out_.validator_names.size() == choices_.validators) break;
      TomlReader reader(*table, file_);
      const std::string name = reader.text("organisation");
      const std::string key = reader.text_or("consensus_key", "key:consensus-" + name);
      QILIAN_TRY_VOID(reader.finish());
      const std::string* uscc = members_.uscc_of(name);
      if (uscc == nullptr)
        return wrong(table->line, fmt::format("there is no [[organisation]] with short = \"{}\"", name));
      QILIAN_TRY(const ledger::PublicKey consensus, key_of_text(key, table->line));
      out_.genesis.validators.validators.push_back({*uscc, consensus});
      out_.validator_names.push_back(name);
      organisations.push_back(*uscc);
    }
    members_.set_validators(std::move(organisations));
    return {};
  }

  Result<void> read_table(const TomlValue& table) {
    pb::CodeTable record;
    QILIAN_TRY_VOID(fill(record, table));
    if (record.name().empty()) return wrong(table.line, "a [[table]] needs its 'name'");
    if (record.version() == 0) record.set_version(1);
    std::sort(record.mutable_codes()->begin(), record.mutable_codes()->end(),
              [](const auto& a, const auto& b) { return a.code() < b.code(); });
    put(kind::kTable, record.name(), record);
    return {};
  }

  /// The register, each version with its entries, and the life of each entry as of the last version.
  Result<void> read_lists(const std::vector<const TomlValue*>& tables) {
    pb::ListRegister versions;
    std::map<std::string, pb::EntryLife> lives;
    for (const TomlValue* table : tables) {
      pb::NegativeList list;
      QILIAN_TRY_VOID(fill(list, *table));
      std::sort(list.mutable_entries()->begin(), list.mutable_entries()->end(),
                [](const auto& a, const auto& b) { return a.code() < b.code(); });
      for (auto& [code, life] : lives) life.set_status(pb::EntryLife::REPEALED);
      for (pb::NegativeEntry& entry : *list.mutable_entries()) {
        if (entry.published_at() == 0) entry.set_published_at(list.published_at());
        pb::EntryLife& life = lives[entry.code()];
        if (life.version() == 0) {
          life.set_code(entry.code());
          life.set_version(list.version());
          life.set_effective_at(list.effective_at());
        }
        life.set_status(pb::EntryLife::ANNOUNCED);
      }
      pb::ListRegister::Version& version = *versions.add_versions();
      version.set_version(list.version());
      version.set_published_at(list.published_at());
      version.set_effective_at(list.effective_at());
      put(kind::kList, std::to_string(list.version()), list);
    }
    if (versions.versions_size() > 0) put(kind::kListRegister, "current", versions);
    for (const auto& [code, life] : lives) put(kind::kEntry, code, life);
    return {};
  }

  const TomlValue& root_;
  const std::string& file_;
  GenesisNames names_;
  GenesisChoices choices_;
  GenesisMembers members_;
  ledger::TimeMs undertakings_expire_;
  CompiledGenesis out_;
};

}  // namespace

Result<CompiledGenesis> compile_genesis_file(const std::filesystem::path& file, KeyRing& keys,
                                             const GenesisChoices& choices) {
  const std::string name = file.string();
  QILIAN_TRY(const TomlValue root, read_toml_file(name));
  return GenesisReader(root, name, keys, choices).compile();
}

}  // namespace qilian::cli
