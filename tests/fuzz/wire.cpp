// Consensus messages and log records from hostile peers and disks: what is accepted encodes to the same bytes again.
#include "consensus/wire.h"

#include "consensus/log_record.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace qilian;
  const ledger::Bytes bytes(reinterpret_cast<const char*>(data), size);
  if (const auto message = consensus::decode_message(bytes)) QILIAN_CHECK(consensus::encode_message(*message) == bytes);
  if (const auto record = consensus::decode_record(bytes)) QILIAN_CHECK(consensus::encode_record(*record) == bytes);
  return 0;
}
