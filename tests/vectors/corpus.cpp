#include "tests/vectors/corpus.h"

#include <algorithm>
#include <bit>
#include <map>
#include <random>
#include <variant>

#include "ledger/core/canonical.h"
#include "ledger/core/certificate.pb.h"
#include "ledger/core/fact.h"
#include "tests/unit/ledger/mutants.h"
#include "tests/vectors/signed_forgeries.h"

namespace qilian::ledger::test {
namespace {

std::string verdict(ByteView certificate, const Genesis& genesis) {
  const auto fact = verify_fact(certificate, genesis);
  return fact ? "accepted" : fact.error().code;
}

using namespace std::string_view_literals;

/// Spellings of the field `version`, the first two bytes of a certificate.
constexpr std::pair<const char*, std::string_view> kVersions[] = {
    {"as-it-is", "\x08\x01"sv},
    {"number-longer-than-needed", "\x08\x81\x00"sv},
    {"tag-longer-than-needed", "\x88\x00\x01"sv},
    {"number-of-33-bits", "\x08\x81\x80\x80\x80\x10"sv},
    {"number-of-70-bits", "\x08\x81\x80\x80\x80\x80\x80\x80\x80\x80\x02"sv},
    {"number-of-eleven-bytes", "\x08\x81\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"sv},
    {"negative", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv},
    {"twice", "\x08\x01\x08\x01"sv},
    {"zero", "\x08\x00"sv},
    {"left-out", ""sv},
    {"fixed-width", "\x0d\x01\x00\x00\x00"sv},
    {"group", "\x0b\x0c"sv},
    {"bytes", "\x0a\x01\x01"sv},
    {"field-0", "\x00\x01\x08\x01"sv},
    {"field-15", "\x08\x01\x7a\x00"sv},
    {"tag-of-33-bits", "\x88\x80\x80\x80\x10\x01"sv},
};

std::string hex_or_dash(ByteView bytes) { return bytes.empty() ? "-" : to_hex(bytes); }

const char* name_of(Claim claim) {
  constexpr const char* kNames[] = {"", "CURRENT", "AT_HEIGHT", "HISTORY", "RANGE", "ABSENT", "ABSENT_AT_HEIGHT"};
  return kNames[static_cast<int>(claim)];
}

std::string number(std::uint64_t value) { return std::to_string(value); }

/// Bytes changed, cut, put in or moved.
Bytes shake(const Bytes& good, std::mt19937_64& random) {
  Bytes out = good;
  const std::size_t at = random() % out.size();
  const std::size_t size = 1 + random() % 40;
  switch (random() % 8) {
    case 0:
      return out.erase(at, size);
    case 1:
      return out.insert(at, Bytes(size, static_cast<char>(random())));
    case 2:
      return out.substr(0, at);
    case 3:
      return out + out.substr(at, size);
    case 4:
      return out.replace(at, size, out.substr(random() % out.size(), size));
    case 5:
      out[at] = static_cast<char>(random());
      [[fallthrough]];
    default:
      out[random() % out.size()] ^= static_cast<char>(1 << (random() % 8));
      return out;
  }
}

/// Every certificate of which one field comes from another.
void for_each_mixture(const Bytes& good, const Bytes& other, const std::function<void(const Bytes&)>& each) {
  pb::FactCertificate from;
  QILIAN_CHECK(from.ParseFromString(other));
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  from.GetReflection()->ListFields(from, &fields);
  for (const auto* field : fields) {
    pb::FactCertificate one_field = from;
    for (const auto* drop : fields) {
      if (drop != field) one_field.GetReflection()->ClearField(&one_field, drop);
    }
    pb::FactCertificate mixed;
    QILIAN_CHECK(mixed.ParseFromString(good));
    mixed.GetReflection()->ClearField(&mixed, field);
    mixed.MergeFrom(one_field);
    each(encode(mixed));
  }
}

/// What makes `changed` of the base, and what the verifier says of it.
Edit edit(const Genesis& genesis, const GoodCertificate& base, const Bytes& changed, const std::string& about) {
  const auto head = std::mismatch(base.bytes.begin(), base.bytes.end(), changed.begin(), changed.end()).first;
  const std::size_t at = static_cast<std::size_t>(head - base.bytes.begin());
  std::size_t tail = 0;
  while (tail < std::min(base.bytes.size(), changed.size()) - at &&
         base.bytes[base.bytes.size() - 1 - tail] == changed[changed.size() - 1 - tail]) {
    ++tail;
  }
  return {base.name,
          at,
          base.bytes.size() - tail - at,
          changed.substr(at, changed.size() - tail - at),
          verdict(changed, genesis),
          about};
}

/// A chain of `n` validators: good certificates, and every number of signers around the quorum.
std::string sized(std::size_t n) {
  const TestChain chain = make_story(false, n);
  const std::string prefix = "n" + number(n) + "/";
  const GoodCertificate good{prefix + "transaction", chain.transaction_fact(Height(4), 2, chain.head())};
  std::string out = "genesis = " + to_hex(chain.genesis().bytes) + "\n" + good.name + " = " + to_hex(good.bytes) +
                    "\n" + good.name + " : " + summary(good.bytes, chain.genesis()) + "\n";
  pb::FactCertificate certificate;
  QILIAN_CHECK(certificate.ParseFromString(good.bytes));
  const auto with = [&](const BlockCertificate& block, const std::string& about) {
    certificate.set_block_certificate(block.encode());
    out += edit(chain.genesis(), good, encode(certificate), "size/" + about).line();
  };
  for (const std::size_t signers : {std::size_t{0}, quorum(n) - 1, quorum(n), quorum(n) + 1, n}) {
    if (signers <= n) with(chain.certify(chain.head(), signers), number(signers) + "-of-" + number(n));
  }
  BlockCertificate block = chain.certify(chain.head());
  block.signers.push_back('\0');
  with(block, "bitmap-longer");
  block = chain.certify(chain.head());
  block.signers.pop_back();
  with(block, "bitmap-shorter");
  if (n % 8 != 0) {
    // One signer stands beyond the set, in the place of the last.
    block = chain.certify(chain.head());
    const std::size_t last = quorum(n) - 1;
    block.signers[last / 8] ^= static_cast<char>(1 << last % 8);
    block.signers[n / 8] ^= static_cast<char>(1 << n % 8);
    with(block, "bit-beyond-the-set");
  }
  return out;
}

}  // namespace

std::string Edit::line() const {
  return base + " " + number(at) + " " + number(cut) + " " + hex_or_dash(put) + " " + verdict + " " + about + "\n";
}

Corpus::Corpus() : single_(make_story(false)), epochs_(make_story(true)) {
  QILIAN_CHECK(single_.genesis().hash == epochs_.genesis().hash);
  for (auto& [name, bytes] : good_certificates(single_)) goods_.push_back({"one/" + name, std::move(bytes)});
  for (auto& [name, bytes] : good_certificates(epochs_)) goods_.push_back({"three/" + name, std::move(bytes)});
}

const TestChain& Corpus::chain_of(const GoodCertificate& good) const {
  return good.name.starts_with("one/") ? single_ : epochs_;
}

std::string Corpus::text() const {
  std::string out = "genesis = " + to_hex(genesis().bytes) + "\n";
  for (const GoodCertificate& good : goods_) {
    out += good.name + " = " + to_hex(good.bytes) + "\n";
    out += good.name + " : " + summary(good.bytes, genesis()) + "\n";
  }
  return out;
}

std::string Corpus::published() const {
  constexpr std::size_t kMutations = 12'000;
  std::map<std::pair<std::string, std::string>, int> seen;
  std::string out = text();
  const auto sample = [&](const Edit& edit) {
    // The 1st, 2nd, 4th, 8th, ...: few, and from everywhere.
    if (std::has_single_bit(static_cast<unsigned>(++seen[{edit.about, edit.verdict}]))) out += edit.line();
  };
  for_each_mutation(1, kMutations, sample);
  for_each_forgery(sample);
  return out + sizes();
}

std::string Corpus::sizes() const {
  std::string out;
  for (const std::size_t n : {1, 2, 3, 5, 7, 8, 9, 16, 100}) out += sized(n);
  return out;
}

bool Corpus::honest(const TestChain& chain, const Bytes& certificate) const {
  const auto fact = verify_fact(certificate, genesis());
  const auto* state = fact ? std::get_if<VerifiedState>(&fact->fact) : nullptr;
  if (state == nullptr) return false;
  const StateQuestion question{state->claim, state->key, state->from, state->to};
  const auto answer = chain.state_fact(question, fact->header.height, fact->certified.height);
  return answer && *answer == certificate;
}

void Corpus::for_each_mutation(std::uint64_t seed, std::size_t count,
                               const std::function<void(const Edit&)>& each) const {
  std::mt19937_64 random(seed);
  std::size_t done = 0;
  const auto attempt = [&](const GoodCertificate& base, const Bytes& mutant, const char* about) {
    if (done == count) return;
    const bool is_good =
        std::any_of(goods_.begin(), goods_.end(), [&](const auto& good) { return good.bytes == mutant; });
    if (is_good) return;
    const Edit found = edit(genesis(), base, mutant, about);
    if (found.verdict == "accepted") {
      QILIAN_CHECK(honest(chain_of(base), mutant));
      return;
    }
    each(found);
    ++done;
  };
  for (const GoodCertificate& good : goods_) {
    pb::FactCertificate parsed;
    QILIAN_CHECK(parsed.ParseFromString(good.bytes));
    for_each_structural_mutant(parsed, [&](const Bytes& mutant) { attempt(good, mutant, "field"); });
    for (const GoodCertificate& other : goods_) {
      for_each_mixture(good.bytes, other.bytes, [&](const Bytes& mutant) { attempt(good, mutant, "mixture"); });
    }
  }
  while (done < count) {
    // Those with hand-overs take three times as long to judge: one in five is enough.
    const std::size_t half = goods_.size() / 2;
    const std::size_t chosen = random() % 5 == 0 ? half + random() % half : random() % half;
    attempt(goods_[chosen], shake(goods_[chosen].bytes, random), "bytes");
  }
}

void Corpus::for_each_forgery(const std::function<void(const Edit&)>& each) const {
  const GoodCertificate& base =
      *std::find_if(goods_.begin(), goods_.end(), [](const auto& good) { return good.name == "one/history"; });
  const auto attempt = [&](const StateQuestion& question) {
    test::for_each_forgery(single_, question, [&](const pb::StateFact& fact) {
      each(edit(genesis(), base, single_.certificate_of(fact), std::string("claim/") + name_of(question.claim)));
    });
  };
  for (const auto& [name, bytes] : signed_forgeries(single_, epochs_)) each(edit(genesis(), base, bytes, name));
  for (const auto& [name, version] : kVersions) {
    each(edit(genesis(), base, Bytes(version) + base.bytes.substr(2), std::string("encoding/") + name));
  }
  constexpr std::uint64_t kHeights[] = {0, 2, 3, 5, 9, 12, 14, 15};
  for (const Key& key : {kAsset, kIndex}) {
    attempt({Claim::kCurrent, key, {}, {}});
    attempt({Claim::kHistory, key, {}, {}});
    for (const std::uint64_t from : kHeights) {
      attempt({Claim::kAtHeight, key, Height(from), {}});
      attempt({Claim::kAbsentAtHeight, key, Height(from), {}});
      for (const std::uint64_t to : kHeights) attempt({Claim::kRange, key, Height(from), Height(to)});
    }
    attempt({Claim::kHistory, key, Height(1), {}});
    attempt({Claim::kCurrent, key, {}, Height(1)});
  }
}

std::string summary(ByteView certificate, const Genesis& genesis) {
  const auto fact = verify_fact(certificate, genesis);
  QILIAN_CHECK(fact);
  std::string out;
  if (const auto* made = std::get_if<VerifiedTransaction>(&fact->fact)) {
    out = "TRANSACTION " + to_hex(made->transaction.id().str()) + " " + number(made->index) + " " + made->code;
  } else {
    const auto& state = std::get<VerifiedState>(fact->fact);
    out = std::string(name_of(state.claim)) + " " + number(state.key.kind) + " " + state.key.id + " " +
          number(state.from.value()) + " " + number(state.to.value());
    if (state.record_before) out += " before=" + to_hex(*state.record_before);
    for (const VerifiedEntry& entry : state.entries) {
      out += " " + number(entry.leaf.height.value()) + "/" + number(entry.leaf.transaction_index) + "/" +
             number(entry.leaf.event_index) + "/" + number(entry.leaf.kind) + "/" + hex_or_dash(entry.payload) + "/" +
             (entry.record ? hex_or_dash(*entry.record) : "-");
    }
  }
  return out + " header=" + number(fact->header.height.value()) +
         " certified=" + number(fact->certified.height.value()) + " epoch=" + number(fact->certified.epoch.value()) +
         " signers=" + number(fact->signers.size());
}

}  // namespace qilian::ledger::test
