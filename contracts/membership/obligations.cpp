// Open obligations: counters per organisation, so that leaving is one look-up.
#include <algorithm>

#include "contracts/context.h"
#include "contracts/members.h"
#include "contracts/membership.pb.h"

namespace qilian::contracts {
namespace {

void change(Context& context, std::string_view uscc, std::string_view what, std::int64_t by) {
  pb::Obligations record = context.get<pb::Obligations>(kind::kObligations, uscc).value_or(pb::Obligations());
  for (pb::Obligations::Count& count : *record.mutable_counts()) {
    if (count.what() != what) continue;
    count.set_open(std::max<std::int64_t>(count.open() + by, 0));
    context.put(kind::kObligations, uscc, record);
    return;
  }
  if (by < 0) return;
  pb::Obligations::Count* added = record.add_counts();
  added->set_what(std::string(what));
  added->set_open(by);
  std::sort(record.mutable_counts()->begin(), record.mutable_counts()->end(),
            [](const pb::Obligations::Count& a, const pb::Obligations::Count& b) { return a.what() < b.what(); });
  context.put(kind::kObligations, uscc, record);
}

}  // namespace

void open_obligation(Context& context, std::string_view uscc, std::string_view what) { change(context, uscc, what, 1); }
void close_obligation(Context& context, std::string_view uscc, std::string_view what) {
  change(context, uscc, what, -1);
}

}  // namespace qilian::contracts
