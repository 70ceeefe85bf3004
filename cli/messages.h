// Messages by name: arguments of calls, records of kinds; and the signing of a whole transaction at once.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "contracts/kinds.h"
#include "ledger/core/transaction.h"

namespace google::protobuf {
class Message;
}

namespace qilian::cli {

/// A fresh argument message of "contract.call". Error "call.unknown" names calls that are near.
ledger::Result<std::unique_ptr<google::protobuf::Message>> arguments_message(std::string_view call);

/// A record, decoded. Error "record.message": an index has no record, or the bytes are not one.
ledger::Result<std::unique_ptr<google::protobuf::Message>> record_message(const contracts::KindName& kind,
                                                                          ledger::ByteView record);

/// Body, signatures of the keys (each a listed signer) and envelope. Errors of encode_body.
ledger::Result<ledger::Bytes> sign_and_assemble(const ledger::BodyFields& fields,
                                                const std::vector<ledger::SecretKey>& keys,
                                                const ledger::GenesisHash& genesis);

}  // namespace qilian::cli
