// Fact certificates from strangers, against a pinned genesis whose validators' keys the fuzzer does not have: nothing
// verifies.
#include "ledger/core/fact.h"

namespace {

qilian::ledger::Genesis pinned_genesis() {
  using namespace qilian::ledger;
  Genesis fields;
  fields.chain = "fuzz";
  fields.time = TimeMs(1);
  fields.validators.validators.push_back({"11620000DEM000014C", SecretKey::from_seed(Bytes(32, 'k'))->public_key()});
  auto genesis = Genesis::compile(fields);
  QILIAN_CHECK(genesis);
  return *genesis;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace qilian::ledger;
  static const Genesis genesis = pinned_genesis();
  QILIAN_CHECK(!verify_fact(Bytes(reinterpret_cast<const char*>(data), size), genesis));
  return 0;
}
