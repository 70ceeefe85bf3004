#include "cli/messages.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "contracts/calls.h"

namespace qilian::cli {

using google::protobuf::Descriptor;
using google::protobuf::Message;
using ledger::fail;

namespace {

std::unique_ptr<Message> fresh(const Descriptor* type) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

}  // namespace

ledger::Result<std::unique_ptr<Message>> arguments_message(std::string_view call) {
  if (const contracts::CallSpec* spec = contracts::find_call(call)) return fresh(spec->arguments);
  const std::string_view contract = call.substr(0, call.find('.'));
  std::string near;
  for (const contracts::CallSpec& spec : contracts::calls()) {
    if (spec.name.starts_with(std::string(contract) + "."))
      near += fmt::format("{}{}", near.empty() ? "" : " ", spec.name);
  }
  return fail("call.unknown",
              fmt::format("there is no call '{}'{}{}", call, near.empty() ? "" : "; there are: ", near));
}

ledger::Result<std::unique_ptr<Message>> record_message(const contracts::KindName& kind, ledger::ByteView record) {
  if (kind.message.empty())
    return fail("record.message", fmt::format("'{}' is an index: it has entries and no record", kind.name));
  const Descriptor* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      "qilian.contracts.pb." + std::string(kind.message));
  if (type == nullptr) return fail("record.message", fmt::format("no message '{}' in this program", kind.message));
  std::unique_ptr<Message> out = fresh(type);
  if (!out->ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return fail("record.message", fmt::format("the bytes are not a {}", kind.message));
  }
  return out;
}

ledger::Result<ledger::Bytes> sign_and_assemble(const ledger::BodyFields& fields,
                                                const std::vector<ledger::SecretKey>& keys,
                                                const ledger::GenesisHash& genesis) {
  QILIAN_TRY(const ledger::Bytes body, ledger::encode_body(fields));
  std::vector<const ledger::SecretKey*> sorted;
  for (const ledger::SecretKey& key : keys) sorted.push_back(&key);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->public_key() < b->public_key(); });
  std::vector<ledger::Signature> signatures;
  for (const ledger::SecretKey* key : sorted) signatures.push_back(ledger::sign_body(body, genesis, *key));
  return ledger::assemble_envelope(body, signatures);
}

}  // namespace qilian::cli
