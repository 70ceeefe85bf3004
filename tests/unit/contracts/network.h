// A small network in memory for tests of contracts: organisations of the story with keys, a state, and blocks that
// change it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/engine.h"
#include "contracts/kinds.h"
#include "ledger/core/ledger.pb.h"
#include "ledger/core/signature.h"
#include "ledger/core/state.h"
#include "ledger/core/transaction.h"

namespace google::protobuf {
class Message;
}

namespace qilian::contracts::network_test {

inline constexpr std::string_view kReg1 = "11620000DEM000014C";
inline constexpr std::string_view kReg2 = "11620000DEM0000227";
inline constexpr std::string_view kReg3 = "11620000DEM0000315";
inline constexpr std::string_view kVenue = "91620100DEM00041XD";
inline constexpr std::string_view kNotary = "32621000DEM000719T";
inline constexpr std::string_view kDealer = "91620100DEM000516U";
inline constexpr std::string_view kDealer2 = "91620900DEM0005240";
inline constexpr std::string_view kBuyer = "91621002DEM0006129";
inline constexpr std::string_view kShell = "91620900DEM000532T";

/// 2026-06-01 12:00 UTC+8, a Monday.
inline constexpr std::int64_t kStart = 1'780'286'400'000;
inline constexpr std::int64_t kDay = 86'400'000;

/// Records by key: the state below the contracts.
class MapState final : public ledger::StateView {
 public:
  std::optional<ledger::Bytes> record(const ledger::Key& key) const override;
  std::map<ledger::Key, ledger::Bytes> records;
};

/// A signing key of a name: the same seed in every run.
ledger::SecretKey key_of(std::string_view name);
/// 33 bytes with a digest's, or a commitment's, tag.
std::string digest(std::string_view of);
std::string commitment(std::string_view of);
ledger::GenesisHash chain();

/// Who signs: names of keys; the first one leads.
using Signers = std::vector<std::string>;

class Network {
 public:
  /// REG1, REG2, REG3, VEN and NOT (two officers: keys "NOT", "NOT-2"), admitted; key "REG1" belongs to REG1, and so
  /// on. Empty tables but for region, industry and purpose; the usual credit rules; parameters at their defaults.
  Network();

  /// Adds an admitted organisation with one officer and one key of that name.
  void add_member(std::string_view name, std::string_view uscc, std::vector<std::string> roles,
                  std::vector<std::string> controllers = {});
  /// Another key: of a new or a known officer of the organisation.
  void add_key(std::string_view name, std::string_view uscc, std::string_view officer);
  void set_parameter(std::string_view name, std::string_view value);
  void put(Kind kind, std::string_view id, const google::protobuf::Message& record);

  template <class T>
  T get(Kind kind, std::string_view id) const {
    T out;
    const auto bytes = state_.record({kind, std::string(id)});
    if (bytes) QILIAN_CHECK(out.ParseFromString(*bytes));
    return out;
  }
  bool has(Kind kind, std::string_view id) const { return state_.record({kind, std::string(id)}).has_value(); }

  /// Signed for real, with a nonce of its own. Expires an hour after now unless told otherwise.
  ledger::Transaction make(std::string_view call, const google::protobuf::Message& arguments, const Signers& signers,
                           std::int64_t expires = 0);
  /// One block with these transactions; the state takes its writes and time moves on by a second.
  std::vector<ledger::pb::Receipt> block(const std::vector<ledger::Transaction>& transactions);
  /// One block with one transaction: its receipt.
  ledger::pb::Receipt run(std::string_view call, const google::protobuf::Message& arguments, const Signers& signers);
  /// run, the receipt's code alone.
  std::string code(std::string_view call, const google::protobuf::Message& arguments, const Signers& signers) {
    return run(call, arguments, signers).code();
  }
  /// Code of check_static; "OK" where it lets the call pass.
  std::string static_code(std::string_view call, const google::protobuf::Message& arguments, const Signers& signers);

  /// Journal entries of an index so far.
  std::size_t entries(Kind index, std::string_view id) const;

  ledger::TimeMs now() const { return now_; }
  void set_time(std::int64_t time) { now_ = ledger::TimeMs(time); }
  void advance(std::int64_t ms) { now_ = ledger::TimeMs(now_.value() + ms); }
  const MapState& state() const { return state_; }
  const BlockEffects& last() const { return last_; }
  ledger::Height height() const { return height_; }
  /// Empty blocks up to, and without, this height.
  void skip_to(std::uint64_t height) { height_ = ledger::Height(height); }
  /// Pin, window 8 and the validators REG1, REG2, NOT, VEN with consensus keys "REG1-consensus", ...
  const ledger::Genesis& genesis() const { return genesis_; }

 private:
  ledger::Genesis genesis_;
  MapState state_;
  ledger::TimeMs now_{kStart};
  ledger::Height height_{1};
  BlockEffects last_;
  std::map<ledger::Key, std::size_t> journal_;
  std::uint64_t nonce_ = 0;
};

}  // namespace qilian::contracts::network_test
