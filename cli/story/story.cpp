#include "cli/story/story.h"

#include <fmt/format.h>

#include <algorithm>

namespace qilian::cli {
namespace {

namespace fs = std::filesystem;

/// Turns ${it} and ${it.field} into ${NAME} and ${NAME.field}, in every text.
void replace_it(TomlValue& value, const std::string& name) {
  constexpr std::string_view kIt = "${it";
  for (std::size_t at = value.text.find(kIt); at != std::string::npos; at = value.text.find(kIt, at + 1)) {
    const char next = at + kIt.size() < value.text.size() ? value.text[at + kIt.size()] : '\0';
    if (next == '}' || next == '.') value.text.replace(at + 2, 2, name);
  }
  for (TomlValue& item : value.items) replace_it(item, name);
  for (TomlValue::Field& field : value.fields) replace_it(field.value, name);
}

Result<Fault> read_fault(const TomlValue& table, const std::string& file) {
  TomlReader reader(table, file);
  Fault out;
  const std::string what = reader.text("do");
  out.node = reader.text_or("node", "");
  if (what == "kill") {
    out.kind = Fault::Kind::kKill;
    if (out.node.empty()) reader.note(table.line, "'node' says which one: primary, backup or a replica number");
  } else if (what == "restart") {
    out.kind = Fault::Kind::kRestart;
  } else if (what == "equal") {
    out.kind = Fault::Kind::kEqual;
  } else {
    reader.note(table.line, "'do' is kill, restart or equal");
  }
  QILIAN_TRY_VOID(reader.finish());
  return out;
}

Result<CertificateRequest> read_certificate(const TomlValue& table, const std::string& file) {
  TomlReader reader(table, file);
  CertificateRequest out;
  out.file = reader.text("file");
  out.kind = reader.text_or("kind", "");
  out.id = reader.text_or("id", "");
  out.claim = reader.text_or("claim", "current");
  QILIAN_TRY_VOID(reader.finish());
  return out;
}

Result<ObjectExpectation> read_object(const TomlValue& table, const std::string& file) {
  TomlReader reader(table, file);
  ObjectExpectation out;
  out.line = table.line;
  out.kind = reader.text("kind");
  out.id = reader.text("id");
  out.absent = reader.boolean_or("absent", false);
  if (const TomlValue* fields = reader.table_or_null("fields")) out.fields = *fields;
  if (!out.absent && out.fields.fields.empty())
    reader.note(table.line, "says nothing of the object: name 'fields' or 'absent = true'");
  QILIAN_TRY_VOID(reader.finish());
  return out;
}

Result<AnswerExpectation> read_answer(const TomlValue& table, const std::string& file) {
  TomlReader reader(table, file);
  AnswerExpectation out;
  out.line = table.line;
  out.question = reader.text("question");
  out.at = reader.text_or("at", "");
  if (const TomlValue* arguments = reader.table_or_null("arguments")) out.arguments = *arguments;
  if (const TomlValue* facts = reader.table_or_null("facts")) out.facts = *facts;
  if (const TomlValue* rows = reader.take("rows")) {
    if (!rows->is(TomlValue::Type::kArray)) reader.note(rows->line, "'rows' is a list of tables");
    out.rows = *rows;
  }
  if (out.facts.fields.empty() && !out.rows) reader.note(table.line, "expects nothing: name 'facts' or 'rows'");
  QILIAN_TRY_VOID(reader.finish());
  return out;
}

Result<Expectation> read_expectation(const TomlValue& table, const std::string& file, bool has_call) {
  TomlReader reader(table, file);
  Expectation out;
  if (has_call) out.code = reader.text("code");
  out.refused = reader.boolean_or("refused", false);
  if (table.find("trace") != nullptr && table.find("trace")->is(TomlValue::Type::kText)) {
    out.trace = {reader.text("trace")};
  } else {
    out.trace = reader.texts_or_none("trace");
  }
  if (const TomlValue* versions = reader.table_or_null("versions")) {
    for (const TomlValue::Field& field : versions->fields) out.versions[field.name] = field.value.integer;
  }
  if (table.find("object") != nullptr && table.find("object")->is(TomlValue::Type::kText)) {
    out.object = reader.text("object");
  }
  for (const TomlValue* object : reader.tables("state")) {
    QILIAN_TRY(ObjectExpectation read, read_object(*object, file));
    out.objects.push_back(std::move(read));
  }
  for (const TomlValue* answer : reader.tables("answer")) {
    QILIAN_TRY(AnswerExpectation read, read_answer(*answer, file));
    out.answers.push_back(std::move(read));
  }
  QILIAN_TRY_VOID(reader.finish());
  return out;
}

Result<Document> read_document(const TomlValue& table, const std::string& file, const std::string& default_name) {
  TomlReader reader(table, file);
  Document out;
  out.file = file;
  out.name = reader.text_or("name", default_name);
  out.zh = reader.text("zh");
  out.en = reader.text("en");
  reader.take("for");
  out.call = reader.text_or("call", "");
  out.at = reader.text_or("at", "");
  const bool has_call = !out.call.empty();
  if (has_call) {
    out.lead = reader.text("lead");
    out.signers = reader.texts_or_none("signers");
    if (const TomlValue* arguments = reader.table_or_null("arguments")) out.arguments = *arguments;
  }
  if (const TomlValue* fault = reader.table_or_null("fault")) {
    QILIAN_TRY(Fault read, read_fault(*fault, file));
    out.fault = std::move(read);
  }
  if (const TomlValue* certificate = reader.table_or_null("certificate")) {
    QILIAN_TRY(out.certificate, read_certificate(*certificate, file));
  }
  if (const TomlValue* expect = reader.table_or_null("expect")) {
    QILIAN_TRY(out.expect, read_expectation(*expect, file, has_call));
  } else if (has_call) {
    reader.note(1, "[expect] is missing: every transaction says what is expected of it");
  }
  if (!has_call && !out.fault && out.expect.objects.empty() && out.expect.answers.empty())
    reader.note(1, "has neither 'call' nor [fault] nor [[expect.state]] nor [[expect.answer]]");
  QILIAN_TRY_VOID(reader.finish());
  return out;
}

Result<void> read_file_into(const fs::path& path, std::vector<Document>& out) {
  QILIAN_TRY(const TomlValue file, read_toml_file(path.string()));
  const std::string shown = path.parent_path().filename() / path.filename();
  const TomlValue* names = file.find("for");
  if (names == nullptr) {
    QILIAN_TRY(Document document, read_document(file, shown, path.stem()));
    out.push_back(std::move(document));
    return {};
  }
  for (const TomlValue& name : names->items) {
    TomlValue copy = file;
    replace_it(copy, name.text);
    QILIAN_TRY(Document document, read_document(copy, shown, path.stem().string() + "-" + name.text));
    out.push_back(std::move(document));
  }
  return {};
}

Result<Step> read_step(const TomlValue& table, const fs::path& folder) {
  TomlReader reader(table, (folder / "story.toml").string());
  Step out;
  out.id = reader.text("id");
  out.zh = reader.text("zh");
  out.en = reader.text("en");
  out.begins_ms = reader.time("begins");
  const fs::path documents = folder / reader.text("folder");
  QILIAN_TRY_VOID(reader.finish());
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(documents, error)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  if (error) return fail("story.folder", fmt::format("{}: {}", documents.string(), error.message()));
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    QILIAN_TRY_VOID(read_file_into(file, out.documents));
  }
  return out;
}

}  // namespace

Result<Story> Story::load(const fs::path& folder) {
  const fs::path file = folder / "story.toml";
  QILIAN_TRY(const TomlValue root, read_toml_file(file.string()));
  TomlReader reader(root, file.string());
  Story out;
  out.zh = reader.text("zh");
  out.en = reader.text("en");
  out.introduction = reader.text_or("introduction", "");
  out.genesis = folder / reader.text("genesis");
  out.genesis_live = folder / reader.text("genesis_live");
  if (const TomlValue* live = reader.table_or_null("live")) {
    for (const TomlValue::Field& unit : live->fields) {
      if (!parse_mark("@x+1" + unit.name) || parse_mark("@x+1" + unit.name)->offsets.empty()) {
        reader.note(unit.value.line,
                    fmt::format("'{}' is not a unit of time; there are ms, s, min, h, d, mo, y", unit.name));
      }
      out.live_units[unit.name] = unit.value.integer;
    }
  }
  const std::vector<const TomlValue*> steps = reader.tables("step");
  QILIAN_TRY_VOID(reader.finish());
  QILIAN_TRY(out.cast, read_toml_file((folder / "cast.toml").string()));
  for (const TomlValue* step : steps) {
    QILIAN_TRY(Step read, read_step(*step, folder));
    out.steps.push_back(std::move(read));
  }
  if (!out.introduction.empty() && std::ranges::find(out.steps, out.introduction, &Step::id) == out.steps.end()) {
    return fail("story.step",
                fmt::format("{}: introduction: there is no step \"{}\"", file.string(), out.introduction));
  }
  return out;
}

void Story::shorten() {
  const auto last = std::ranges::find(steps, introduction, &Step::id);
  if (last != steps.end()) steps.erase(last + 1, steps.end());
}

std::size_t Story::expectations() const {
  std::size_t count = 0;
  for (const Step& step : steps) {
    for (const Document& document : step.documents) {
      const Expectation& expect = document.expect;
      count += (document.call.empty() ? 0 : 1) + expect.trace.size() + expect.versions.size() + (expect.object ? 1 : 0);
      for (const ObjectExpectation& object : expect.objects)
        count += std::max<std::size_t>(1, object.fields.fields.size());
      for (const AnswerExpectation& answer : expect.answers) {
        count += answer.facts.fields.size() + (answer.rows ? 1 : 0);
      }
    }
  }
  return count;
}

}  // namespace qilian::cli
