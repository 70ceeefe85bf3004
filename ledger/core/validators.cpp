#include "ledger/core/validators.h"

#include <algorithm>
#include <set>

#include "ledger/core/hash.h"

namespace qilian::ledger {

std::optional<ReplicaId> ValidatorSet::find(const PublicKey& key) const {
  for (std::size_t i = 0; i < validators.size(); ++i) {
    if (validators[i].consensus_key == key) return ReplicaId(static_cast<std::uint32_t>(i));
  }
  return std::nullopt;
}

Bytes ValidatorSet::encode() const {
  FixedWriter writer;
  writer.u64(epoch.value()).u16(static_cast<std::uint16_t>(validators.size()));
  for (const Validator& validator : validators) {
    QILIAN_CHECK(validator.organisation.size() <= 255);
    writer.u8(static_cast<std::uint8_t>(validator.organisation.size())).raw(validator.organisation);
    writer.u8(static_cast<std::uint8_t>(PublicKey::kSize)).raw(validator.consensus_key.view());
  }
  return writer.take();
}

Result<ValidatorSet> ValidatorSet::decode(ByteView bytes) {
  constexpr const char* kCode = "validators.malformed";
  FixedReader reader(bytes);
  ValidatorSet out;
  out.epoch = Epoch(reader.u64());
  const std::size_t n = reader.u16();
  if (!reader.ok() || n < 1 || n > kMaxValidators) return fail(kCode, "a set holds 1 to 100 validators");
  std::set<PublicKey> keys;
  for (std::size_t i = 0; i < n; ++i) {
    Validator validator;
    validator.organisation = reader.raw(reader.u8());
    const auto key = PublicKey::from(reader.raw(reader.u8()));
    if (!reader.ok() || validator.organisation.empty() || !key)
      return fail(kCode, "validator " + std::to_string(i) + " is cut short");
    if (!valid_public_key(*key)) return fail(kCode, "validator " + std::to_string(i) + " has an invalid key");
    if (!keys.insert(*key).second) return fail(kCode, "validator " + std::to_string(i) + " repeats a key");
    validator.consensus_key = *key;
    out.validators.push_back(std::move(validator));
  }
  if (!reader.finished()) return fail(kCode, "bytes follow the last validator");
  return out;
}

Digest ValidatorSet::hash() const { return ledger::hash(Domain::kValidators, {encode()}); }

}  // namespace qilian::ledger
