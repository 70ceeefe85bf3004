// A small market in memory for the suites of registry, authorization, compute and supervision: organisations with keys,
// a clock, and calls that pass the whole gate. What other contracts would write (attestations) is put there as records.
#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/authorization.pb.h"
#include "contracts/compute.pb.h"
#include "contracts/context.h"
#include "contracts/contract.h"
#include "contracts/notary.pb.h"
#include "contracts/registry.pb.h"
#include "contracts/supervision.pb.h"

namespace qilian::contracts::test {

/// Bytes of a digest (tag 0x01) or a commitment (tag 0x81) of a text.
std::string digest(std::string_view text);
std::string commitment(std::string_view text);

class MarketWorld {
 public:
  struct Reply {
    std::string code;
    std::string trace;
    std::string object;
  };

  MarketWorld();

  /// `signers`: short names, "REGR-2" is the second officer of REGR. The first one leads.
  Reply call(std::string_view name, const google::protobuf::Message& arguments, std::vector<std::string> signers);
  void advance_days(int days) { now_ = TimeMs(now_.value() + days * kDay); }
  std::int64_t in_days(int days) const { return now_.value() + days * kDay; }
  TimeMs now() const { return now_; }
  static std::string uscc(std::string_view short_name);
  /// "MET:R1": a UDI of that organisation, class and serial.
  static std::string udi(std::string_view owner, char letter, std::uint32_t serial);

  template <class T>
  T get(Kind kind, std::string_view id) const {
    T out;
    const auto bytes = writes_->record({kind, std::string(id)});
    if (!bytes || !out.ParseFromString(*bytes)) return {};
    return out;
  }
  bool exists(Kind kind, std::string_view id) const { return writes_->record({kind, std::string(id)}).has_value(); }
  void put(Kind kind, std::string_view id, const google::protobuf::Message& record);
  /// Entries in an index' journal.
  std::size_t references(Kind index, std::string_view id) const;
  /// A view for the read functions of the contracts, at the present time.
  Context context();

  void put_organisation(std::string_view short_name, std::initializer_list<const char*> roles, int officers,
                        std::string_view controller = {});
  void set_status(std::string_view short_name, int status);
  void attest(std::string_view id, pb::Attestation::Type type, std::string_view subject, std::string_view claim,
              std::string_view text, pb::Attestation::Result result = pb::Attestation::PASS);
  /// A regulator's hold on "asset:UDI" or "organisation:USCC" for a day.
  void hold(const std::string& scope);
  void end_attestation(std::string_view id);

  // ---- what most tests start from -----------------------------------------------------------------------------------

  static pb::RegistrySubmit submission(std::string_view owner, char letter, std::uint32_t serial);
  static pb::RegistrySubmit public_resource(std::string_view owner, std::uint32_t serial);
  Reply catalogue(std::string_view owner);
  /// Submit and, where that is OK, accept, review, wait, assign. Code of the first step that failed.
  Reply enter(const pb::RegistrySubmit& submission, std::string_view owner);
  Reply finish(std::string_view udi);
  /// R1 of MET and R2 of TRA, catalogued and REGISTERED.
  void public_data();
  /// ENV-1 of IMPL, assessed by TST, and algorithm "model 1" checked.
  void environment();
  pb::AuthorizationGrant operation_grant(std::string_view id) const;
  static pb::AuthorizationGrant licence(std::string_view id, std::string_view grantor, std::string_view grantee,
                                        std::string_view udi, std::int64_t to);
  pb::ComputePlan plan(std::string_view id) const;
  /// J1 on R1 and R2 under G1, attested with output "content of P1".
  void finished_job();
  pb::RegistryDerive derivation() const;

  const std::string r1 = udi("MET", 'R', 1);
  const std::string r2 = udi("TRA", 'R', 1);
  const std::string p1 = udi("OPR", 'P', 1);

 private:
  static constexpr std::int64_t kDay = 86'400'000;

  std::unique_ptr<ledger::StateView> base_;
  std::unique_ptr<WriteSet> writes_;
  Parameters parameters_;
  Calendar calendar_;
  BlockFrame frame_;
  TimeMs now_{1'772'413'200'000};  // 2026-03-02T09:00:00+08:00
  std::uint32_t serial_ = 0;
};

}  // namespace qilian::contracts::test
