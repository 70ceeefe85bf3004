// Block frames, block certificates, headers and leaves: what a decoder accepts encodes to the same bytes again.
#include "ledger/core/block.h"

#include "ledger/core/block_certificate.h"
#include "ledger/core/merkle_list.h"
#include "ledger/core/state.h"

namespace {

template <class T>
void round_trip(const qilian::ledger::Bytes& bytes) {
  if (const auto decoded = T::decode(bytes)) QILIAN_CHECK(decoded->encode() == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace qilian::ledger;
  const Bytes bytes(reinterpret_cast<const char*>(data), size);
  round_trip<Block>(bytes);
  round_trip<BlockCertificate>(bytes);
  round_trip<Header>(bytes);
  round_trip<ValidatorSet>(bytes);
  round_trip<JournalLeaf>(bytes);
  round_trip<MapValue>(bytes);
  round_trip<Frontier>(bytes);
  return 0;
}
