// How a contract offers its calls to the gate. A contract is a function that returns its calls:
//
//   CallList registry_calls() {
//     CallList calls;
//     calls.push_back(make_call<pb::RegistrySubmit>({.name = "registry.submit",
//                                                    .roles = {"HOLDER"},
//                                                    .credit = CreditClass::kNewBusiness,
//                                                    .label_zh = "申请登记",
//                                                    .label_en = "..."},
//                                                   {.check = check_submit, .apply = apply_submit}));
//     return calls;
//   }
//
// Handlers run in the order of the gate (gate.h); the first denial wins. Each may be left out, `apply` excepted.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "contracts/asset_view.h"
#include "contracts/calls.h"
#include "contracts/context.h"

namespace google::protobuf {
class Message;
}

namespace qilian::contracts {

/// Who must be among the signers, beyond what the policy of the CallSpec says by itself.
struct SignerRule {
  /// Each of these organisations signs; a missing one is COM-205 (or `missing_code`).
  std::vector<std::string> organisations = {};
  std::string missing_code = "COM-205";
  /// At least `role_count` distinct organisations of `role` sign, or it is COM-206.
  std::string role = {};
  std::size_t role_count = 0;
  /// At least `officer_count` distinct officers of the lead's organisation sign; fewer is COM-208 when one officer
  /// signed twice, else COM-206.
  std::size_t officer_count = 1;
  /// Decided by the hook itself: returned at this stage (e.g. AUT-410, COM-207).
  Outcome denial = {};
};

/// An asset version that the negative list is asked about.
struct ListSubject {
  std::string version = {};  ///< UDI@seq; looked up
  /// What does not stand in the state yet (REGISTER, DERIVE): its attributes and parents.
  std::optional<AssetView> draft = {};
  std::vector<std::string> purposes = {};
  std::string buyer = {};        ///< USCC, where there is one
  std::string environment = {};  ///< "IN_DOMAIN", "PRIVACY", "OPEN" or empty
  /// The operation, where it differs from the CallSpec's.
  ListOperation operation = ListOperation::kNone;
  /// When the business was opened that this is a stage of; 0: now. Decides GRANDFATHER.
  ledger::TimeMs opened_at{0};
  /// OFFER, AGREE and LIST are stopped by a standstill; a later stage of an open trade is not.
  bool opens_business = true;
};

/// Hooks of one call, typed by its argument message. All are pure functions of arguments and context.
template <class Args>
struct Handlers {
  /// 1xx of the arguments alone: COM-101, 106, 107. Part of batch validity: no state, no parameters.
  Outcome (*check)(const Args&) = nullptr;
  /// Whose class the call has, where it depends on the arguments (governance.sign has that of the proposed body).
  CreditClass (*credit_class)(const Args&, const Context&) = nullptr;
  /// Keys that the arguments bring with them (membership.apply): they count as known for this call.
  std::vector<Signer> (*body_keys)(const Args&) = nullptr;
  /// Whose quota pays and who is answerable; without it the lead's organisation.
  std::string (*payer)(const Args&, const Context&) = nullptr;
  SignerRule (*signers)(const Args&, const Context&) = nullptr;
  /// Scopes that a hold may stand on, beyond the signing organisations and the list subjects' assets: "trade:ID",
  /// "asset:UDI".
  std::vector<std::string> (*hold_scopes)(const Args&, const Context&) = nullptr;
  /// State of the objects that the call is about: COM-301, 302, 303, 304, 307, 308 and the contract's own.
  Outcome (*object)(const Args&, const Context&) = nullptr;
  /// Whose credit is asked; without it every signing organisation.
  std::vector<std::string> (*credit_subjects)(const Args&, const Context&) = nullptr;
  /// What the call or object names is in effect (EVD-403, EVD-407, REG-406, AUT-411...).
  Outcome (*references)(const Args&, const Context&) = nullptr;
  std::vector<ListSubject> (*subjects)(const Args&, const Context&) = nullptr;
  /// The contract's rules, ascending by code.
  Outcome (*invariants)(const Args&, const Context&) = nullptr;
  /// Writes. May still deny: its writes are dropped.
  Outcome (*apply)(const Args&, Context&) = nullptr;
};

/// A call with its hooks, its arguments' type erased.
class Call {
 public:
  virtual ~Call() = default;
  const CallSpec& spec() const { return spec_; }
  /// A MODERATE sanction stops it too, not only a SERIOUS one (new listing, offer, admission, role).
  bool stopped_by_moderate() const { return stopped_by_moderate_; }
  virtual const google::protobuf::Message& prototype() const = 0;

  /// Arguments of one transaction; made once, given to every hook.
  virtual std::unique_ptr<google::protobuf::Message> parse(std::string_view arguments) const = 0;

  using Message = google::protobuf::Message;
  virtual Outcome check(const Message& arguments) const = 0;
  virtual CreditClass credit_class(const Message& arguments, const Context& context) const = 0;
  virtual std::vector<Signer> body_keys(const Message& arguments) const = 0;
  virtual std::optional<std::string> payer(const Message& arguments, const Context& context) const = 0;
  virtual SignerRule signers(const Message& arguments, const Context& context) const = 0;
  virtual std::vector<std::string> hold_scopes(const Message& arguments, const Context& context) const = 0;
  virtual Outcome object(const Message& arguments, const Context& context) const = 0;
  virtual std::optional<std::vector<std::string>> credit_subjects(const Message& arguments,
                                                                  const Context& context) const = 0;
  virtual Outcome references(const Message& arguments, const Context& context) const = 0;
  virtual std::vector<ListSubject> subjects(const Message& arguments, const Context& context) const = 0;
  virtual Outcome invariants(const Message& arguments, const Context& context) const = 0;
  virtual Outcome apply(const Message& arguments, Context& context) const = 0;

 protected:
  Call(CallSpec spec, bool stopped_by_moderate) : spec_(std::move(spec)), stopped_by_moderate_(stopped_by_moderate) {}
  CallSpec spec_;
  bool stopped_by_moderate_;
};

using CallList = std::vector<std::unique_ptr<Call>>;

template <class Args>
class TypedCall final : public Call {
 public:
  TypedCall(CallSpec spec, Handlers<Args> handlers, bool stopped_by_moderate)
      : Call(with_descriptor(std::move(spec)), stopped_by_moderate), handlers_(handlers) {
    QILIAN_CHECK(handlers_.apply != nullptr);
  }

  const Message& prototype() const override { return Args::default_instance(); }
  std::unique_ptr<Message> parse(std::string_view arguments) const override {
    auto out = std::make_unique<Args>();
    if (!out->ParseFromArray(arguments.data(), static_cast<int>(arguments.size()))) return nullptr;
    return out;
  }
  Outcome check(const Message& a) const override { return handlers_.check ? handlers_.check(of(a)) : pass(); }
  CreditClass credit_class(const Message& a, const Context& c) const override {
    return handlers_.credit_class ? handlers_.credit_class(of(a), c) : spec_.credit;
  }
  std::vector<Signer> body_keys(const Message& a) const override {
    return handlers_.body_keys ? handlers_.body_keys(of(a)) : std::vector<Signer>{};
  }
  std::optional<std::string> payer(const Message& a, const Context& c) const override {
    if (!handlers_.payer) return std::nullopt;
    return handlers_.payer(of(a), c);
  }
  SignerRule signers(const Message& a, const Context& c) const override {
    return handlers_.signers ? handlers_.signers(of(a), c) : SignerRule{};
  }
  std::vector<std::string> hold_scopes(const Message& a, const Context& c) const override {
    return handlers_.hold_scopes ? handlers_.hold_scopes(of(a), c) : std::vector<std::string>{};
  }
  Outcome object(const Message& a, const Context& c) const override {
    return handlers_.object ? handlers_.object(of(a), c) : pass();
  }
  std::optional<std::vector<std::string>> credit_subjects(const Message& a, const Context& c) const override {
    if (!handlers_.credit_subjects) return std::nullopt;
    return handlers_.credit_subjects(of(a), c);
  }
  Outcome references(const Message& a, const Context& c) const override {
    return handlers_.references ? handlers_.references(of(a), c) : pass();
  }
  std::vector<ListSubject> subjects(const Message& a, const Context& c) const override {
    return handlers_.subjects ? handlers_.subjects(of(a), c) : std::vector<ListSubject>{};
  }
  Outcome invariants(const Message& a, const Context& c) const override {
    return handlers_.invariants ? handlers_.invariants(of(a), c) : pass();
  }
  Outcome apply(const Message& a, Context& c) const override { return handlers_.apply(of(a), c); }

 private:
  static CallSpec with_descriptor(CallSpec spec) {
    spec.arguments = Args::descriptor();
    return spec;
  }
  /// The gate hands back only what `parse` made.
  static const Args& of(const Message& message) { return static_cast<const Args&>(message); }
  Handlers<Args> handlers_;
};

/// The call of that name with its hooks; null where there is none.
const Call* find_contract_call(std::string_view name);

/// `spec.arguments` is filled in from Args. `stopped_by_moderate`: see Call.
template <class Args>
std::unique_ptr<Call> make_call(CallSpec spec, Handlers<Args> handlers, bool stopped_by_moderate = false) {
  return std::make_unique<TypedCall<Args>>(std::move(spec), handlers, stopped_by_moderate);
}

// One function a contract, in the order of README.md. calls.cpp assembles them.
CallList governance_calls();
CallList membership_calls();
CallList registry_calls();
CallList authorization_calls();
CallList compute_calls();
CallList evidence_calls();
CallList notary_calls();
CallList negative_list_calls();
CallList credit_calls();
CallList revenue_calls();
CallList cross_border_calls();
CallList incident_calls();
CallList supervision_calls();

}  // namespace qilian::contracts
