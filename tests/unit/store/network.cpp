#include "unit/store/network.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "ledger/core/hash.h"

namespace qilian::testing {

using namespace ledger;
namespace fs = std::filesystem;

namespace {

SecretKey key_of(int number) { return *SecretKey::from_seed(sha256({"test key", std::to_string(number)}).view()); }

}  // namespace

Folder::Folder(Place place) {
  const fs::path memory = "/dev/shm";
  const bool in_memory = place == kInMemory && ::access(memory.c_str(), W_OK) == 0;
  std::string pattern = ((in_memory ? memory : fs::temp_directory_path()) / "qilian-store-XXXXXX").string();
  QILIAN_CHECK(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::function<void(std::string_view)> Log::sink() {
  return [this](std::string_view line) {
    const std::lock_guard lock(mutex_);
    text_.append(line).append("\n");
  };
}

bool Log::contains(std::string_view text) const { return this->text().find(text) != std::string::npos; }

std::string Log::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

Network::Network(std::size_t validators) : client_(key_of(1000)) {
  Genesis fields;
  fields.chain = "store-test";
  fields.time = TimeMs(kStart);
  fields.short_expiry_ms = kShortExpiryMs;
  for (std::size_t i = 0; i < validators; ++i) {
    keys_.push_back(key_of(static_cast<int>(i)));
    fields.validators.validators.push_back({"916201000000004490", keys_.back().public_key()});
  }
  fields.records[{kKind, "first"}] = "genesis record";
  auto compiled = Genesis::compile(fields);
  QILIAN_CHECK(compiled.has_value());
  genesis_ = *std::move(compiled);
}

std::shared_ptr<const Transaction> Network::transaction(const std::string& call, const std::string& arguments,
                                                        std::int64_t expires) const {
  const auto body = encode_body({.signers = {client_.public_key()},
                                 .lead = client_.public_key(),
                                 .expires = TimeMs(kStart + expires),
                                 .nonce = "12345678",
                                 .call = call,
                                 .arguments = arguments});
  QILIAN_CHECK(body.has_value());
  auto decoded = Transaction::decode(assemble_envelope(*body, {sign_body(*body, genesis_.hash, client_)}));
  QILIAN_CHECK(decoded.has_value());
  return std::make_shared<const Transaction>(*std::move(decoded));
}

node::Batch Network::batch(Height height, std::int64_t time,
                           std::vector<std::shared_ptr<const Transaction>> transactions) const {
  return {.height = height,
          .epoch = Epoch(0),
          .time = TimeMs(kStart + time),
          .proposer = ReplicaId(0),
          .transactions = std::move(transactions)};
}

BlockCertificate Network::certify(const Header& header) const {
  BlockCertificate out;
  out.header = header.encode();
  out.signers.assign((keys_.size() + 7) / 8, '\0');
  const Bytes payload = checkpoint_payload(header.genesis, header.epoch, header.height, header.hash());
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    out.signers[i / 8] = static_cast<char>(out.signers[i / 8] | 1 << (i % 8));
    out.signatures.push_back(keys_[i].sign(payload));
  }
  return out;
}

node::Batch scripted_batch(const Network& network, Height height) {
  const std::string h = std::to_string(height.value());
  const auto time = static_cast<std::int64_t>(height.value()) * 1000;
  std::vector<std::shared_ptr<const Transaction>> transactions;
  transactions.push_back(
      network.transaction("put.asset-" + std::to_string(height.value() % 17), "record of block " + h, time + 5000));
  transactions.push_back(network.transaction("touch.asset-" + std::to_string(height.value() % 5), h, time + 5000));
  transactions.push_back(network.transaction("deny.nobody", h, time + 5000));
  if (height.value() % 3 == 0)
    transactions.push_back(network.transaction("put.long-" + h, h, time + 2 * kShortExpiryMs));
  return network.batch(height, time, std::move(transactions));
}

store::Options options_in(const fs::path& folder, Log* log) {
  store::Options out;
  out.directory = folder;
  if (log != nullptr) out.log = log->sink();
  return out;
}

std::string file_bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void overwrite(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  QILIAN_CHECK(out.good());
}

std::vector<fs::path> segments_of(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder / "segments")) out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

}  // namespace qilian::testing
