#include "cli/story/player.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <fstream>

#include "cli/messages.h"
#include "contracts/kinds.h"
#include "ledger/core/canonical.h"
#include "ledger/core/hash.h"

namespace qilian::cli {
namespace {

/// How long a story's transaction may take: below the ledger's short window, so that its id needs no key of the map.
constexpr std::int64_t kExpiryMs = 300'000;
/// Names of the cast inside names of the cast.
constexpr int kMaxLookups = 16;

ledger::Error at_document(const Document& document, const ledger::Error& error) {
  return {error.code, fmt::format("{}: {}", document.file, error.message)};
}

std::string plain(const std::string& text, const Names& names) {
  const auto replaced = substitute_text(text, names);
  return replaced ? *replaced : text;
}

}  // namespace

ShortNames short_names(const Story& story) {
  ShortNames out;
  for (const TomlValue::Field& entry : story.cast.fields) {
    if (const TomlValue* id = entry.value.find("id")) out[id->text] = entry.name;
  }
  return out;
}

Player::Player(const Story& story, Chain& chain, KeyRing& keys, StoryOutput& output, std::string salt,
               std::filesystem::path certificates)
    : story_(story),
      chain_(chain),
      keys_(keys),
      output_(output),
      salt_(std::move(salt)),
      certificates_folder_(std::move(certificates)) {}

Result<Totals> Player::play() {
  for (const Step& step : story_.steps) {
    output_.step(step);
    const bool by_calendar = chain_.unit_lengths() == nullptr;
    if (by_calendar) chain_.wait_until(ledger::TimeMs(step.begins_ms));
    // By the calendar a step begins with its first block, which stands no earlier than the date that it bears.
    anchors_[step.id] = by_calendar ? std::max(chain_.now().value(), step.begins_ms) : chain_.now().value();
    for (const Document& document : step.documents) {
      if (const auto played = document.fault ? play_fault(document) : play_document(document); !played) {
        return std::unexpected(at_document(document, played.error()));
      }
    }
  }
  return totals_;
}

Result<void> Player::play_document(const Document& document) {
  std::vector<Check> checks;
  std::optional<Delivery> delivery;
  if (!document.call.empty()) {
    QILIAN_TRY(delivery, deliver(document));
    anchors_[document.name] = delivery->refused ? chain_.now().value() : delivery->time.value();
    objects_[document.name] = delivery->object;
    check_receipt(document, *delivery, checks);
  }
  for (const ObjectExpectation& expectation : document.expect.objects) {
    QILIAN_TRY(std::vector<Check> found, check_object(expectation));
    checks.insert(checks.end(), found.begin(), found.end());
  }
  for (const AnswerExpectation& expectation : document.expect.answers) {
    QILIAN_TRY_VOID(check_answer(expectation, checks));
  }
  totals_.add(checks);
  output_.document(document, plain(document.zh, *this), plain(document.en, *this), delivery ? &*delivery : nullptr,
                   checks);
  if (document.certificate && delivery) return write_certificate(document, *delivery);
  return {};
}

Result<void> Player::play_fault(const Document& document) {
  const auto happened = chain_.fault(*document.fault);
  if (happened && !*happened) return {};
  const std::string text = happened ? **happened : happened.error().message;
  // A restart must catch up and roots must be equal: both are expectations. A kill alone is none.
  std::vector<Check> checks;
  if (!happened || document.fault->kind != Fault::Kind::kKill) {
    checks.push_back({"fault", "as the document says", text, happened.has_value()});
  }
  totals_.add(checks);
  output_.note(document.zh, document.en, text, checks);
  return {};
}

Result<ledger::Bytes> Player::envelope_of(const Document& document) {
  QILIAN_TRY(const TomlValue arguments, substitute(document.arguments, *this));
  QILIAN_TRY(const std::unique_ptr<google::protobuf::Message> message, arguments_message(document.call));
  QILIAN_TRY_VOID(fill_message(*message, arguments, *this));

  std::vector<ledger::SecretKey> keys;
  QILIAN_TRY(ledger::SecretKey lead, keys_.key(plain(document.lead, *this)));
  keys.push_back(std::move(lead));
  for (const std::string& name : document.signers) {
    QILIAN_TRY(ledger::SecretKey key, keys_.key(plain(name, *this)));
    keys.push_back(std::move(key));
  }
  ledger::BodyFields fields;
  for (const ledger::SecretKey& key : keys) fields.signers.push_back(key.public_key());
  fields.lead = keys.front().public_key();
  fields.expires = ledger::TimeMs(chain_.now().value() + kExpiryMs);
  fields.nonce = ledger::sha256({salt_, document.name, std::to_string(transactions_++)}).str().substr(0, 16);
  fields.call = document.call;
  fields.arguments = ledger::encode(*message);
  return sign_and_assemble(fields, keys, chain_.genesis().hash);
}

Result<Delivery> Player::deliver(const Document& document) {
  if (!document.at.empty()) {
    QILIAN_TRY(const std::int64_t at, time(document.at));
    chain_.wait_until(ledger::TimeMs(at));
  }
  QILIAN_TRY(const ledger::Bytes envelope, envelope_of(document));
  return chain_.submit(envelope);
}

void Player::check_receipt(const Document& document, const Delivery& delivery, std::vector<Check>& checks) {
  const Expectation& expect = document.expect;
  const std::string where = expect.refused ? " (refused at submission)" : " (in a block)";
  const std::string actual = delivery.code + (delivery.refused ? " (refused at submission)" : " (in a block)");
  checks.push_back({"code", expect.code + where, actual, expect.code + where == actual});
  for (const std::string& part : expect.trace) {
    const std::string wanted = plain(part, *this);
    checks.push_back(
        {"trace", "..." + wanted + "...", delivery.trace, delivery.trace.find(wanted) != std::string::npos});
  }
  for (const auto& [name, version] : expect.versions) {
    const auto found = delivery.versions.find(name);
    const bool same = found != delivery.versions.end() && found->second == version;
    checks.push_back({name + " version", std::to_string(version),
                      found == delivery.versions.end() ? "no such version" : std::to_string(found->second), same});
  }
  if (expect.object) {
    const std::string wanted = plain(*expect.object, *this);
    checks.push_back({"object", wanted, delivery.object, wanted == delivery.object});
  }
}

Result<std::vector<Check>> Player::check_object(const ObjectExpectation& expectation) {
  const contracts::KindName* kind = contracts::find_kind(expectation.kind);
  if (kind == nullptr)
    return fail("story.kind",
                fmt::format("line {}: there is no kind of object '{}'", expectation.line, expectation.kind));
  QILIAN_TRY(const std::string id, substitute_text(expectation.id, *this));
  const std::string what = expectation.kind + " " + id;
  QILIAN_TRY(const std::optional<ledger::Bytes> record, chain_.record({kind->kind, id}));
  std::vector<Check> checks;
  if (expectation.absent || !record) {
    checks.push_back({what, expectation.absent ? "absent" : "present", record ? "present" : "absent",
                      expectation.absent != record.has_value()});
    return checks;
  }
  QILIAN_TRY(const std::unique_ptr<google::protobuf::Message> message, record_message(*kind, *record));
  QILIAN_TRY(const TomlValue fields, substitute(expectation.fields, *this));
  for (FieldCheck& field : compare_message(*message, fields, *this)) {
    checks.push_back({what + " " + field.path, std::move(field.expected), std::move(field.actual), field.passed});
  }
  return checks;
}

Result<void> Player::check_answer(const AnswerExpectation& expectation, std::vector<Check>& checks) {
  QILIAN_TRY(const TomlValue given, substitute(expectation.arguments, *this));
  std::map<std::string, std::string> arguments;
  for (const TomlValue::Field& argument : given.fields) arguments[argument.name] = text_of(argument.value);
  std::optional<ledger::TimeMs> at;
  if (!expectation.at.empty()) {
    QILIAN_TRY(const std::int64_t moment, time(expectation.at));
    at = ledger::TimeMs(moment);
  }
  const auto answer = chain_.ask(expectation.question, arguments, at);
  if (!answer) {
    checks.push_back({expectation.question, "an answer", answer.error().code + ": " + answer.error().message, false});
    return {};
  }
  QILIAN_TRY(const TomlValue facts, substitute(expectation.facts, *this));
  QILIAN_TRY_VOID(check_row(expectation.question, facts, answer->facts, checks));
  if (!expectation.rows) return {};
  const std::size_t wanted = expectation.rows->items.size();
  checks.push_back({expectation.question + " rows", std::to_string(wanted), std::to_string(answer->rows.size()),
                    wanted == answer->rows.size()});
  for (std::size_t i = 0; i < std::min(wanted, answer->rows.size()); ++i) {
    QILIAN_TRY(const TomlValue row, substitute(expectation.rows->items[i], *this));
    QILIAN_TRY_VOID(check_row(fmt::format("{}[{}]", expectation.question, i), row, answer->rows[i], checks));
  }
  return {};
}

/// Compares the fields that are named; "@MARK" stands for a time.
Result<void> Player::check_row(const std::string& what, const TomlValue& expected, const Told::Row& actual,
                               std::vector<Check>& checks) const {
  for (const TomlValue::Field& field : expected.fields) {
    std::string wanted = text_of(field.value);
    if (field.value.is(TomlValue::Type::kText) && wanted.starts_with('@')) {
      QILIAN_TRY(const std::int64_t moment, time(wanted));
      wanted = std::to_string(moment);
    }
    const auto found = actual.find(field.name);
    const std::string has = found == actual.end() ? "no such field" : found->second;
    checks.push_back({what + " " + field.name, wanted, has, found != actual.end() && wanted == has});
  }
  return {};
}

Result<void> Player::write_certificate(const Document& document, const Delivery& delivery) {
  if (certificates_folder_.empty()) return {};
  CertificateRequest request = *document.certificate;
  QILIAN_TRY(request.id, substitute_text(request.id, *this));
  QILIAN_TRY(const std::optional<ledger::Bytes> bytes, chain_.certificate(request, delivery.id));
  if (!bytes) return {};
  const std::filesystem::path file = certificates_folder_ / request.file;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << *bytes;
  if (!out.flush()) return fail("file.unwritable", fmt::format("{}: cannot be written", file.string()));
  written_.push_back(file);
  output_.note("证书", "certificate", fmt::format("{} ({} bytes)", file.string(), bytes->size()), {});
  return {};
}

Result<TomlValue> Player::lookup(std::string_view path) const {
  if (path.starts_with("hex ")) {
    QILIAN_TRY(const ledger::Bytes bytes, bytes_of_text(path.substr(4), *this));
    return TomlValue::of_text(ledger::to_hex(bytes));
  }
  if (path.starts_with("object ")) {
    const auto found = objects_.find(path.substr(7));
    if (found == objects_.end())
      return fail("story.name", fmt::format("${{{}}}: no document of that name was played before", path));
    return TomlValue::of_text(found->second);
  }
  const TomlValue* value = &story_.cast;
  std::string_view rest = path;
  while (true) {
    const std::size_t dot = rest.find('.');
    const std::string_view name = rest.substr(0, dot);
    if (rest == "short" && value != &story_.cast)
      return TomlValue::of_text(std::string(path.substr(0, path.find('.'))));
    value = value->find(name);
    if (value == nullptr)
      return fail("story.name", fmt::format("${{{}}}: '{}' does not stand in cast.toml", path, name));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (value->is(TomlValue::Type::kTable)) {
    if (const TomlValue* id = value->find("id")) value = id;
  }
  // A value of the cast may name others; one that names itself never ends, hence the bound.
  if (lookups_ == kMaxLookups)
    return fail("story.name", fmt::format("${{{}}}: names in cast.toml go in a circle", path));
  ++lookups_;
  auto replaced = substitute(*value, *this);
  --lookups_;
  return replaced;
}

Result<ledger::Bytes> Player::public_key(std::string_view name) const {
  QILIAN_TRY(const ledger::SecretKey key, keys_.key(name));
  return ledger::Bytes(key.public_key().view());
}

Result<std::int64_t> Player::time(std::string_view text) const {
  QILIAN_TRY(const Mark mark, parse_mark(text));
  const auto anchor = anchors_.find(mark.anchor);
  if (anchor == anchors_.end())
    return fail("story.mark", fmt::format("'{}': no step and no document '{}' before this one", text, mark.anchor));
  std::int64_t at = anchor->second;
  for (const Mark::Offset& offset : mark.offsets) at = move_time(at, offset, chain_.unit_lengths());
  return at;
}

}  // namespace qilian::cli
