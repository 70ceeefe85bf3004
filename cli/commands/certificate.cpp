// qilian certificate get, qilian verify: the portable certificate.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/commands.h"
#include "cli/json_text.h"
#include "cli/pinned_head.h"
#include "cli/plain_words.h"
#include "contracts/kinds.h"

namespace qilian::cli {
namespace {

struct Get {
  std::string transaction;
  std::string kind;
  std::string id;
  std::string claim = "current";
  std::optional<std::uint64_t> height;
  std::optional<std::uint64_t> from;
  std::optional<std::uint64_t> to;
  std::string out;
};

Result<std::string> path_of(const Get& options) {
  if (!options.transaction.empty()) return "/v1/certificates/transaction/" + options.transaction;
  if (options.kind.empty() || options.id.empty()) {
    return fail("usage.certificate",
                "say of what: --transaction ID, or --kind KIND --id ID (asset, attestation, trade, organisation, ...)");
  }
  std::string path = fmt::format("/v1/certificates/object/{}/{}?claim={}", options.kind,
                                 client::Client::percent_encode(options.id), options.claim);
  if (options.claim == "range" && !(options.from && options.to))
    return fail("usage.certificate", "a range needs --from HEIGHT and --to HEIGHT");
  if (options.claim == "at" && !options.height)
    return fail("usage.certificate", "say as of which block: --height HEIGHT");
  if (options.height) path += fmt::format("&height={}", *options.height);
  if (options.claim == "range") path += fmt::format("&from={}&to={}", *options.from, *options.to);
  return path;
}

/// A node that answers another question with a true fact must not pass: what was proved is what was asked.
Result<void> check_answer(const Get& options, const ledger::VerifiedFact& fact) {
  const auto other = [](std::string_view what) {
    return fail("verify.question",
                fmt::format("the node answered with a true fact about {}; nothing was written", what));
  };
  if (!options.transaction.empty()) {
    const auto* found = std::get_if<ledger::VerifiedTransaction>(&fact.fact);
    const auto asked = ledger::from_hex(options.transaction);
    if (found == nullptr || !asked || found->transaction.id().view() != *asked) return other("something else");
    return {};
  }
  const auto* state = std::get_if<ledger::VerifiedState>(&fact.fact);
  const auto* kind = contracts::find_kind(options.kind);
  if (state == nullptr || kind == nullptr || state->key != ledger::Key{kind->kind, options.id})
    return other("another object");
  using enum ledger::Claim;
  const std::uint64_t from = state->from.value();
  const auto answers = [&] {
    if (options.claim == "current") return state->claim == kCurrent;
    if (options.claim == "history") return state->claim == kHistory;
    if (options.claim == "at") return state->claim == kAtHeight && from == options.height;
    if (options.claim == "range")
      return state->claim == kRange && from == options.from && state->to.value() == options.to;
    // What does not exist now did not exist at any height below.
    return state->claim == kAbsent || (state->claim == kAbsentAtHeight && from == options.height);
  };
  return answers() ? Result<void>() : other("another claim or height");
}

void get(Globals& globals, const Get& options) {
  Session session(globals);
  QILIAN_OR_REPORT(const std::string path, path_of(options));
  QILIAN_OR_REPORT(const ledger::Genesis genesis, session.genesis());
  QILIAN_OR_REPORT(client::Client node, session.client());
  QILIAN_OR_REPORT(const std::string bytes, node.fetch(path, "application/octet-stream"));
  // A certificate that does not verify is not worth a file.
  QILIAN_OR_REPORT(const ledger::VerifiedFact fact, ledger::verify_fact(bytes, genesis));
  if (const auto answered = check_answer(options, fact); !answered) return report(globals, answered.error());
  if (const auto written = write_file(options.out, bytes); !written) return report(globals, written.error());
  if (globals.json) {
    fmt::print("{}\n", JsonObject()
                           .text("file", options.out)
                           .number("bytes", static_cast<std::int64_t>(bytes.size()))
                           .raw("fact", fact_json(fact, genesis))
                           .str());
  } else {
    fmt::print("{}: {} bytes\n{}Check it anywhere:  qilian verify {} --genesis genesis.bin\n", options.out,
               bytes.size(), plain_words(fact, genesis), options.out);
  }
}

struct Verify {
  std::string file;
  std::string head;
  std::size_t mutations = 0;
  std::uint64_t seed = 20260101;
};

void verify(Globals& globals, const Verify& options) {
  Session session(globals);
  QILIAN_OR_REPORT(const ledger::Bytes bytes, read_file(options.file));
  QILIAN_OR_REPORT(const ledger::Genesis genesis, session.genesis());
  QILIAN_OR_REPORT(const std::optional<ledger::PinnedHead> head, pinned_head(options.head));
  const auto fact = ledger::verify_fact(bytes, genesis, head);
  if (!fact) {
    globals.exit = kUnverified;
    if (globals.json) {
      fmt::print("{}\n", JsonObject()
                             .boolean("verified", false)
                             .text("code", fact.error().code)
                             .text("message", fact.error().message)
                             .str());
    } else {
      fmt::print(stderr, "NOT VERIFIED 验证不通过\n{}: {}\nDo not rely on this file.\n", fact.error().code,
                 fact.error().message);
    }
    return;
  }
  fmt::print("{}{}", globals.json ? fact_json(*fact, genesis) : plain_words(*fact, genesis), globals.json ? "\n" : "");
  if (options.mutations == 0) return;
  const Mutations tried = try_mutations(bytes, genesis, options.mutations, options.seed);
  if (tried.refused != tried.tried) globals.exit = kUnverified;
  fmt::print("{} of {} random mutations refused (seed {}){}\n", tried.refused, tried.tried, options.seed,
             tried.first_accepted.empty() ? "" : "; accepted: " + tried.first_accepted);
}

}  // namespace

void add_certificate_commands(CLI::App& app, Globals& globals) {
  CLI::App* noun = app.add_subcommand("certificate", "证明 Certificates of facts, to keep and to hand on");
  noun->require_subcommand(1);
  const auto options = std::make_shared<Get>();
  CLI::App* command = noun->add_subcommand("get", "取证 Fetch a certificate, verify it and write it to a file");
  command->add_option("--transaction", options->transaction, "A transaction's id");
  command->add_option("--kind", options->kind, "Kind of an object: asset, attestation, trade, ...");
  command->add_option("--id", options->id, "The object's id");
  command
      ->add_option("--claim", options->claim,
                   "current; history; absent; at (with --height); range (with --from and --to): all that happened\n"
                   "between two blocks, none left out, with the record in force when it opens")
      ->check(CLI::IsMember({"current", "history", "absent", "at", "range"}))
      ->capture_default_str();
  command->add_option("--from", options->from, "First block of a range");
  command->add_option("--to", options->to, "Last block of a range");
  command->add_option("--height", options->height, "As of this block");
  command->add_option("--out", options->out, "File to write")->required();
  command->callback([&globals, options] { get(globals, *options); });
  add_certificate_export(*noun, globals);

  const auto check = std::make_shared<Verify>();
  CLI::App* verify_command =
      app.add_subcommand("verify", "验证 Check a certificate with nothing but the genesis: no node, no network");
  verify_command->add_option("FILE", check->file, "Certificate file")->required();
  verify_command->add_option("--head", check->head, "A later head that you know by other means, HEIGHT:HASH");
  verify_command->add_option("--mutations", check->mutations, "Also damage a copy so many times, and see each refused");
  verify_command->add_option("--seed", check->seed, "Seed of the mutations")->capture_default_str();
  verify_command->callback([&globals, check] { verify(globals, *check); });
}

}  // namespace qilian::cli
