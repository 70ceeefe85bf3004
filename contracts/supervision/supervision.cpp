#include "contracts/supervision/supervision.h"

namespace qilian::contracts::supervision {
namespace {

bool lasts(std::int64_t to, const Context& context) { return to == 0 || context.time().value() < to; }

}  // namespace

bool in_force(const Context& context, std::string_view id, pb::Assessment::Type type, std::string_view subject) {
  const auto found = context.get<pb::Assessment>(kind::kAssessment, id);
  return found && found->type() == type && found->subject() == subject && found->result() != pb::Assessment::FAIL &&
         lasts(found->to(), context);
}

bool valuation_in_force(const Context& context, std::string_view id, std::string_view subject) {
  const auto found = context.get<pb::Valuation>(kind::kValuation, id);
  return found && found->subject() == subject && lasts(found->to(), context);
}

bool qualified(const Context& context, std::string_view id, std::string_view holder) {
  const auto found = context.get<pb::Certificate>(kind::kCertificate, id);
  return found && found->kind() == pb::Certificate::QUALIFICATION && found->holder() == holder &&
         context.time().value() >= found->from() && lasts(found->to(), context);
}

}  // namespace qilian::contracts::supervision
