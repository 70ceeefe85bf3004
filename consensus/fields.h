// Shared pieces of the fixed layouts: certificates inside VIEW-CHANGE contents and log records. Readers are total and
// bounded.
#pragma once

#include "consensus/messages.h"

namespace qilian::consensus {

void write(ledger::FixedWriter& writer, const PreparedCertificate& certificate);
void write(ledger::FixedWriter& writer, const CheckpointCertificate& certificate);
void write(ledger::FixedWriter& writer, const SignedHeader& header);

/// False past the end or a bound; the target is unspecified then.
bool read(ledger::FixedReader& reader, PreparedCertificate& certificate);
bool read(ledger::FixedReader& reader, CheckpointCertificate& certificate);
bool read(ledger::FixedReader& reader, SignedHeader& header);

/// A hash or a signature of fixed size.
template <class T>
bool read_fixed(ledger::FixedReader& reader, T& value) {
  const auto read_value = T::from(reader.raw(T::kSize));
  if (read_value) value = *read_value;
  return read_value.has_value();
}

}  // namespace qilian::consensus
