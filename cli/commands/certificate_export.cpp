// qilian certificate export: a verified certificate in a format that other tools read.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/commands/commands.h"
#include "cli/plain_words.h"
#include "ledger/core/export_cose.h"
#include "ledger/core/export_note.h"

namespace qilian::cli {
namespace {

struct Export {
  std::string file;
  std::string format = "json";
  std::string out;
};

Result<std::string> render(const ledger::Bytes& certificate, const ledger::Genesis& genesis,
                           const std::string& format) {
  if (format == "cose") return ledger::export_cose(certificate, genesis);
  if (format == "note") return ledger::export_note(certificate, genesis);
  QILIAN_TRY(const ledger::VerifiedFact fact, ledger::verify_fact(certificate, genesis));
  return fact_json(fact, genesis) + "\n";
}

void export_certificate(Globals& globals, const Export& options) {
  Session session(globals);
  QILIAN_OR_REPORT(const ledger::Bytes certificate, read_file(options.file));
  QILIAN_OR_REPORT(const ledger::Genesis genesis, session.genesis());
  const auto rendered = render(certificate, genesis, options.format);
  if (!rendered) {
    report(globals, rendered.error());
    if (!rendered.error().code.starts_with("export.")) globals.exit = kUnverified;
    return;
  }
  if (options.out.empty()) {
    fmt::print("{}", *rendered);
  } else if (const auto written = write_file(options.out, *rendered); !written) {
    report(globals, written.error());
  }
}

}  // namespace

void add_certificate_export(CLI::App& noun, Globals& globals) {
  const auto options = std::make_shared<Export>();
  CLI::App* command = noun.add_subcommand("export",
                                          "导出 Verify a certificate and write it in another format; only the "
                                          "certificate itself leads back to the genesis");
  command->add_option("FILE", options->file, "Certificate file")->required();
  command
      ->add_option("--format", options->format,
                   "json: what was proved; cose: CBOR with the list proofs of COSE Receipts (RFC 9942); note: C2SP "
                   "tlog-proof, one for each list proof")
      ->check(CLI::IsMember({"json", "cose", "note"}))
      ->capture_default_str();
  command->add_option("--out", options->out, "File to write; standard output otherwise");
  command->callback([&globals, options] { export_certificate(globals, *options); });
}

}  // namespace qilian::cli
