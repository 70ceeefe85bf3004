// Envelopes from strangers: whatever the bytes, decode and the static checks answer, and what is accepted is kept as it
// came.
#include "ledger/core/transaction.h"

#include "contracts/engine.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace qilian;
  const ledger::Bytes bytes(reinterpret_cast<const char*>(data), size);
  const auto transaction = ledger::Transaction::decode(bytes);
  if (!transaction) return 0;
  QILIAN_CHECK(transaction->envelope() == bytes);
  QILIAN_CHECK(!transaction->signers().empty());
  static_cast<void>(contracts::check_static(*transaction));
  return 0;
}
