// /v1/questions: the questions of contracts/questions, asked of the store as of a height or a time.
#pragma once

#include <map>
#include <string>

#include "contracts/questions/questions.h"
#include "ledger/store/store.h"

namespace qilian::node {

/// {question, height, time_ms, state_root, rules, facts, rows, more}. `query` holds the arguments, and
///   height=N|latest   the state after that block; left out: the latest one, or the last at or before `at`
///   at=T              when expiry, windows and scores are computed: milliseconds or a date of UTC+8; left out: the
///   block's time tier=public|member|regulator   no more than `most`, which is also the default
/// Errors: those of questions::ask; "api.height", "api.at", "api.tier"; "store.pending" for a height that is not here
/// yet.
ledger::Result<std::string> render_question(const ledger::store::Store& store, std::string_view name,
                                            std::map<std::string, std::string> query, contracts::questions::Tier most);
/// Every question with its arguments.
std::string render_questions();

}  // namespace qilian::node
