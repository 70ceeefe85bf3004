#include "ledger/core/merkle_list.h"

#include <doctest/doctest.h>
#include <sodium.h>

#include "ledger/core/certificate.pb.h"
#include "ledger/core/fact_builder.h"
#include "tests/unit/ledger/public_vectors.h"

namespace qilian::ledger {
namespace {

using test::public_vectors;
using test::text;

/// RFC 6962, section 2.1, written down as it stands there.
Digest naive_root(std::span<const Digest> leaves) {
  if (leaves.empty()) return list_empty_root();
  if (leaves.size() == 1) return leaves[0];
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  return list_node_hash(naive_root(leaves.first(k)), naive_root(leaves.subspan(k)));
}

std::vector<Digest> make_leaves(std::size_t n) {
  std::vector<Digest> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(list_leaf_hash("leaf " + std::to_string(i)));
  return out;
}

std::string unbase64(const std::string& encoded) {
  std::string out(encoded.size(), '\0');
  std::size_t size = 0;
  REQUIRE(sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), encoded.data(), encoded.size(),
                            nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) == 0);
  out.resize(size);
  return out;
}

/// Some vectors carry any text for a root, where it does not matter as long as it is the same twice.
Digest read_root(const std::string& encoded) {
  const std::string bytes = unbase64(encoded);
  return Digest::from(bytes).value_or(list_leaf_hash(bytes));
}

/// Nothing where a node is no hash: the vectors carry garbage on purpose.
std::optional<std::vector<Digest>> read_proof(const boost::json::value& vector) {
  std::vector<Digest> out;
  if (const auto* nodes = vector.at("proof").if_array()) {
    for (const auto& node : *nodes) {
      const auto digest = Digest::from(unbase64(std::string(node.as_string())));
      if (!digest) return std::nullopt;
      out.push_back(*digest);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("roots and frontiers follow the recursive definition for every size") {
  const auto leaves = make_leaves(70);
  Frontier frontier;
  for (std::size_t n = 0; n <= leaves.size(); ++n) {
    const auto first = std::span(leaves).first(n);
    CHECK(list_root(first) == naive_root(first));
    CHECK(frontier.size() == n);
    CHECK(frontier.root() == naive_root(first));
    CHECK(Frontier::decode(frontier.encode()).value() == frontier);
    if (n < leaves.size()) frontier.append(leaves[n]);
  }
}

TEST_CASE("a frontier with too few or too many hashes is refused") {
  Frontier frontier;
  for (const Digest& leaf : make_leaves(5)) frontier.append(leaf);
  const Bytes bytes = frontier.encode();
  CHECK(Frontier::decode(bytes + Bytes(32, 'x')).error().code == "frontier.malformed");
  CHECK(Frontier::decode(bytes.substr(0, bytes.size() - 32)).error().code == "frontier.malformed");
  CHECK(Frontier::decode("").error().code == "frontier.malformed");
}

TEST_CASE("inclusion is proved for every leaf and size and for nothing else") {
  const auto leaves = make_leaves(33);
  for (std::size_t n = 1; n <= leaves.size(); ++n) {
    const auto tree = std::span(leaves).first(n);
    const Digest root = list_root(tree);
    for (std::size_t i = 0; i < n; ++i) {
      auto path = list_inclusion_proof(tree, i);
      CHECK(list_root_from_inclusion(leaves[i], i, n, path) == root);
      if (i + 1 < n) CHECK(list_root_from_inclusion(leaves[i], i + 1, n, path) != root);
      CHECK(list_root_from_inclusion(leaves[(i + 1) % leaves.size()], i, n, path) != root);
      path.push_back(root);
      CHECK_FALSE(list_root_from_inclusion(leaves[i], i, n, path));
      if (n > 1) {
        path.resize(path.size() - 2);
        CHECK(list_root_from_inclusion(leaves[i], i, n, path) != root);
      }
    }
  }
}

TEST_CASE("nothing is in an empty list") { CHECK_FALSE(list_root_from_inclusion(list_empty_root(), 0, 0, {})); }

TEST_CASE("consistency is proved between every two sizes, and not with another root") {
  const auto leaves = make_leaves(33);
  for (std::size_t n = 0; n <= leaves.size(); ++n) {
    const auto tree = std::span(leaves).first(n);
    for (std::size_t m = 1; m <= n; ++m) {
      const auto path = list_consistency_proof(tree, m);
      const Digest old_root = list_root(tree.first(m));
      CHECK(list_check_consistency(m, old_root, n, list_root(tree), path));
      CHECK_FALSE(list_check_consistency(m, list_leaf_hash("other"), n, list_root(tree), path));
      CHECK_FALSE(list_check_consistency(m, old_root, n, list_leaf_hash("other"), path));
    }
  }
}

TEST_CASE("no proof starts from the empty list") {
  CHECK_FALSE(list_check_consistency(0, list_empty_root(), 3, list_root(make_leaves(3)), {}));
}

TEST_CASE("order is bound: swapped leaves change the root (a commutative parent would not)") {
  auto leaves = make_leaves(4);
  const Digest root = list_root(leaves);
  std::swap(leaves[0], leaves[1]);
  CHECK(list_root(leaves) != root);
}

TEST_CASE("a duplicated last leaf changes the root (CVE-2012-2459)") {
  auto leaves = make_leaves(3);
  const Digest root = list_root(leaves);
  leaves.push_back(leaves.back());
  CHECK(list_root(leaves) != root);
}

TEST_CASE("a range is proved for every journal size, start and length") {
  const auto journal = [] {
    std::vector<std::string> out;
    for (int i = 0; i < 20; ++i) out.push_back("entry " + std::to_string(i));
    return out;
  }();
  std::vector<Digest> leaves;
  for (const auto& entry : journal) leaves.push_back(list_leaf_hash(entry));
  for (std::size_t n = 1; n <= journal.size(); ++n) {
    const auto tree = std::span(leaves).first(n);
    const Digest root = list_root(tree);
    for (std::size_t first = 0; first < n; ++first) {
      for (std::size_t size = 1; first + size <= n; ++size) {
        pb::JournalRange range;
        journal_range_proof(tree, first, size, range);
        for (std::size_t i = first; i < first + size; ++i) range.add_entries()->set_leaf(journal[i]);
        CHECK(journal_root_from_range(range) == root);
        CHECK(range.subtrees_size() <= 10);

        pb::JournalRange shifted = range;
        shifted.set_first(first + 1);
        CHECK(journal_root_from_range(shifted) != root);
        pb::JournalRange cut = range;
        cut.mutable_entries()->RemoveLast();
        CHECK(journal_root_from_range(cut) != root);
        pb::JournalRange extra = range;
        extra.add_subtrees(root.str());
        CHECK_FALSE(journal_root_from_range(extra));
      }
    }
  }
}

TEST_CASE("a range with a monstrous count is judged by what was shipped, at once") {
  pb::JournalRange range;
  range.set_count(~std::uint64_t{0});
  range.set_first(~std::uint64_t{0} - 1);
  range.add_entries()->set_leaf("x");
  CHECK_FALSE(journal_root_from_range(range));
  range.set_first(~std::uint64_t{0});
  CHECK_FALSE(journal_root_from_range(range));
}

TEST_CASE("the public inclusion proofs of RFC 6962 trees: good ones pass, broken ones do not") {
  const auto file = public_vectors("rfc6962-proofs.json");
  if (!file) return;
  int good = 0;
  for (const auto& vector : file->at("inclusion").as_array()) {
    CAPTURE(text(vector, "name"));
    const auto proof = read_proof(vector);
    const auto leaf = Digest::from(unbase64(text(vector, "leafHash")));
    std::optional<Digest> root;
    if (proof && leaf) {
      root = list_root_from_inclusion(*leaf, vector.at("leafIdx").to_number<std::uint64_t>(),
                                      vector.at("treeSize").to_number<std::uint64_t>(), *proof);
    }
    const bool passes = root && *root == read_root(text(vector, "root"));
    CHECK(passes == !vector.at("wantErr").as_bool());
    good += passes ? 1 : 0;
  }
  CHECK(good > 0);
}

TEST_CASE("the public consistency proofs of RFC 6962 trees: good ones pass, broken ones do not") {
  const auto file = public_vectors("rfc6962-proofs.json");
  if (!file) return;
  int good = 0;
  for (const auto& vector : file->at("consistency").as_array()) {
    CAPTURE(text(vector, "name"));
    const auto proof = read_proof(vector);
    const bool passes =
        proof &&
        list_check_consistency(vector.at("size1").to_number<std::uint64_t>(), read_root(text(vector, "root1")),
                               vector.at("size2").to_number<std::uint64_t>(), read_root(text(vector, "root2")), *proof);
    CHECK(passes == !vector.at("wantErr").as_bool());
    good += passes ? 1 : 0;
  }
  CHECK(good > 0);
}

}  // namespace qilian::ledger
