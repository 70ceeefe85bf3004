// qilian certificate get, qilian verify: the portable certificate.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/commands.h"
#include "cli/json_text.h"
#include "cli/pinned_head.h"
#include "cli/plain_words.h"

namespace qilian::cli {
namespace {

struct Get {
  std::string transaction;
  std::string kind;
  std::string id;
  std::string claim = "current";
  std::string height;
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
  if (!options.height.empty()) path += "&height=" + options.height;
  return path;
}

void get(Globals& globals, const Get& options) {
  Session session(globals);
  QILIAN_OR_REPORT(const std::string path, path_of(options));
  QILIAN_OR_REPORT(const ledger::Genesis genesis, session.genesis());
  QILIAN_OR_REPORT(client::Client node, session.client());
  QILIAN_OR_REPORT(const std::string bytes, node.fetch(path, "application/octet-stream"));
  // A certificate that does not verify is not worth a file.
  QILIAN_OR_REPORT(const ledger::VerifiedFact fact, ledger::verify_fact(bytes, genesis));
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
  command->add_option("--claim", options->claim, "current, history, absent, or at (with --height)")
      ->capture_default_str();
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
