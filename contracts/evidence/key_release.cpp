#include "contracts/evidence/key_release.h"

#include "ledger/core/hash.h"

namespace qilian::contracts::evidence {

ledger::Bytes key_commitment(ledger::ByteView salt, ledger::ByteView k2) {
  ledger::Bytes out(1, static_cast<char>(0x81));
  out += ledger::sha256({salt, k2}).view();
  return out;
}

}  // namespace qilian::contracts::evidence
