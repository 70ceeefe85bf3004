#include "tests/unit/ledger/mutants.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <memory>

#include "ledger/core/canonical.h"

namespace qilian::ledger::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const Bytes* record_in_force(const std::vector<JournalRecord>& journal, std::uint64_t index) {
  for (std::uint64_t i = index + 1; i-- > 0;) {
    if (journal[i].record) return &*journal[i].record;
  }
  return nullptr;
}

}  // namespace

std::vector<NamedCertificate> good_certificates(const TestChain& chain) {
  const auto state = [&](Claim claim, const Key& key, std::uint64_t from = 0, std::uint64_t to = 0) {
    return chain.state_fact({claim, key, Height(from), Height(to)}).value();
  };
  return {{"transaction", chain.transaction_fact(Height(4), 2, chain.head())},
          {"transaction-own-block", chain.transaction_fact(Height(13), 1, Height(13))},
          {"current", state(Claim::kCurrent, kAsset)},
          {"current-older", chain.state_fact({Claim::kCurrent, kAsset, {}, {}}, Height(9), chain.head()).value()},
          {"history", state(Claim::kHistory, kAsset)},
          {"range-index", state(Claim::kRange, kIndex, 5, 8)},
          {"range", state(Claim::kRange, kAsset, 6, 11)},
          {"at-height", state(Claim::kAtHeight, kAsset, 9)},
          {"absent", state(Claim::kAbsent, kNobody)},
          {"absent-at-height", state(Claim::kAbsentAtHeight, kAsset, 2)}};
}

void for_each_structural_mutant(const pb::FactCertificate& root, const std::function<void(const Bytes&)>& each) {
  pb::FactCertificate work = root;
  const std::function<void(Message&)> visit = [&](Message& message) {
    std::vector<const FieldDescriptor*> fields;
    const auto& reflection = *message.GetReflection();
    reflection.ListFields(message, &fields);
    const auto mutant = [&](auto change) {
      const std::unique_ptr<Message> saved(message.New());
      saved->CopyFrom(message);
      change();
      each(encode(work));
      message.CopyFrom(*saved);
    };
    // What a good certificate leaves out, put in.
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor* field = message.GetDescriptor()->field(i);
      const bool present = std::find(fields.begin(), fields.end(), field) != fields.end();
      if (present || field->real_containing_oneof() != nullptr) continue;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64)
        mutant([&] { reflection.SetUInt64(&message, field, 1); });
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
        mutant([&] { reflection.MutableMessage(&message, field); });
      }
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
      for (const Bytes& value : {Bytes("x"), Bytes(32, 'x'), Bytes(32, '\0')}) {
        if (field->type() == FieldDescriptor::TYPE_STRING && value[0] == '\0') continue;
        mutant([&] {
          field->is_repeated() ? reflection.AddString(&message, field, value)
                               : reflection.SetString(&message, field, value);
        });
      }
    }
    for (const FieldDescriptor* field : fields) {
      mutant([&] { reflection.ClearField(&message, field); });
      if (field->is_repeated()) {
        const int size = reflection.FieldSize(message, field);
        for (int i = 0; i < size; ++i) {
          mutant([&] {
            for (int j = i; j + 1 < size; ++j) reflection.SwapElements(&message, field, j, j + 1);
            reflection.RemoveLast(&message, field);
          });
          if (i + 1 < size) mutant([&] { reflection.SwapElements(&message, field, i, i + 1); });
          mutant([&] {
            if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
              const std::unique_ptr<Message> copy(reflection.GetRepeatedMessage(message, field, i).New());
              copy->CopyFrom(reflection.GetRepeatedMessage(message, field, i));
              reflection.AddMessage(&message, field)->CopyFrom(*copy);
            } else {
              reflection.AddString(&message, field, reflection.GetRepeatedString(message, field, i));
            }
          });
          if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
            visit(*reflection.MutableRepeatedMessage(&message, field, i));
        }
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        visit(*reflection.MutableMessage(&message, field));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
        const std::uint64_t value = reflection.GetUInt64(message, field);
        for (const std::uint64_t other : {value + 1, value - 1, ~std::uint64_t{0}, std::uint64_t{1}}) {
          mutant([&] { reflection.SetUInt64(&message, field, other); });
        }
      }
    }
  };
  visit(work);
}

pb::StateFact forge(const TestChain& chain, const StateQuestion& question, std::uint64_t first, std::uint64_t end,
                    unsigned first_style, unsigned last_style) {
  const auto journal = chain.journal(question.key, chain.head());
  pb::StateFact fact;
  // The honest proof of the last entry brings the map's path; everything else is overwritten.
  QILIAN_CHECK(build_state_fact({Claim::kCurrent, question.key, {}, {}}, journal, chain.prove(question.key), fact));
  fact.set_claim(static_cast<pb::StateFact::Claim>(question.claim));
  fact.set_from(question.from.value());
  fact.set_to(question.to.value());
  fact.clear_journal();
  fact.clear_current_record_hash();
  std::vector<Digest> leaves;
  for (const JournalRecord& entry : journal) leaves.push_back(list_leaf_hash(entry.leaf.encode()));
  journal_range_proof(leaves, first, end - first, *fact.mutable_journal());
  for (std::uint64_t i = first; i < end; ++i) {
    pb::JournalEntry& entry = *fact.mutable_journal()->add_entries();
    entry.set_leaf(journal[i].leaf.encode());
    const bool changed = i == 0 || journal[i].leaf.record_hash != journal[i - 1].leaf.record_hash;
    const unsigned style = i == first ? first_style : i + 1 == end ? last_style : changed ? kBoth : kPayload;
    if ((style & kPayload) != 0) entry.set_payload(journal[i].payload);
    const Bytes* record = record_in_force(journal, i);
    if ((style & kRecord) != 0 && record != nullptr) entry.set_record(*record);
  }
  if (end < journal.size()) fact.set_current_record_hash(journal.back().leaf.record_hash.str());
  return fact;
}

void for_each_forgery(const TestChain& chain, const StateQuestion& question,
                      const std::function<void(const pb::StateFact&)>& each) {
  const std::uint64_t count = chain.journal(question.key, chain.head()).size();
  for (std::uint64_t first = 0; first < count; ++first) {
    for (std::uint64_t end = first + 1; end <= count; ++end) {
      for (unsigned styles = 0; styles < (end - first == 1 ? 4u : 16u); ++styles) {
        each(forge(chain, question, first, end, styles & 3u, styles >> 2));
      }
    }
  }
}

}  // namespace qilian::ledger::test
