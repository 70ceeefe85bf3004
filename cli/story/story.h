// A story as data: a folder with story.toml, cast.toml and one folder of documents for each step. The format is written
// down in tests/scenarios/README.md; this is its reader.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/story/marks.h"
#include "cli/toml_value.h"

namespace qilian::cli {

/// What is expected of one object: read from the state, with its proof where the story runs live.
struct ObjectExpectation {
  std::string kind;  ///< by name (contracts/kinds.h)
  std::string id;
  bool absent = false;
  TomlValue fields;
  int line = 0;
};

/// What a question is to be answered with: the facts and rows named, of a row the fields named.
struct AnswerExpectation {
  std::string question;  ///< by name (contracts/questions)
  TomlValue arguments;
  std::string at;  ///< mark: as known, and as true, then; empty: now
  TomlValue facts;
  std::optional<TomlValue> rows;  ///< a list as a whole, in order
  int line = 0;
};

struct Expectation {
  std::string code;                              ///< "OK", "EVD-401"; empty in a document without a call
  bool refused = false;                          ///< at submission: it never stands in a block
  std::vector<std::string> trace;                ///< texts that the receipt's trace contains
  std::map<std::string, std::int64_t> versions;  ///< of the receipt: negative_list, credit_rules, parameters
  std::optional<std::string> object;             ///< of the receipt
  std::vector<ObjectExpectation> objects;        ///< afterwards
  std::vector<AnswerExpectation> answers;        ///< afterwards
};

/// What happens to nodes. Played live only; in process these documents are passed over.
struct Fault {
  enum class Kind { kKill, kRestart, kEqual };
  Kind kind = Kind::kKill;
  std::string node;  ///< "primary", "backup", or a replica number
};

/// A certificate file to write after a document was played live.
struct CertificateRequest {
  std::string file;  ///< its name
  std::string kind;  ///< of an object, by name; empty: the document's own transaction
  std::string id;
  std::string claim;  ///< "current" or "history"
};

struct Document {
  std::string file;
  std::string name;  ///< what marks call it
  std::string zh;
  std::string en;
  std::string call;                  ///< empty: a check or a fault
  std::string lead;                  ///< key name
  std::vector<std::string> signers;  ///< further key names
  std::string at;                    ///< mark; empty: at once
  std::optional<CertificateRequest> certificate;
  TomlValue arguments;
  Expectation expect;
  std::optional<Fault> fault;
};

struct Step {
  std::string id;
  std::string zh;
  std::string en;
  std::int64_t begins_ms = 0;  ///< in process; live a step begins when it begins
  std::vector<Document> documents;
};

struct Story {
  std::string zh;
  std::string en;
  std::filesystem::path genesis;       ///< genesis file of the in-process run
  std::filesystem::path genesis_live;  ///< genesis file of a live run
  UnitLengths live_units;
  TomlValue cast;  ///< name -> {id, key names, whatever documents refer to}
  std::vector<Step> steps;
  std::string introduction;  ///< id of the last step that a demo plays unless told to play all; empty: all

  /// Errors "toml.*", "story.*" name file, line and key; an unknown key is one of them.
  static Result<Story> load(const std::filesystem::path& folder);

  /// Leaves out what comes after the introduction.
  void shorten();

  /// Number of checks that a complete run makes, faults left out.
  std::size_t expectations() const;
};

}  // namespace qilian::cli
