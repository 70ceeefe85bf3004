// Fields shown one by one and erased one by one, under one commitment.
#include "ledger/core/disclosure.h"

#include <doctest/doctest.h>

#include "ledger/core/disclosure.pb.h"
#include "ledger/core/hash.h"
#include "ledger/core/merkle_list.h"

namespace qilian::ledger {
namespace {

Bytes salt(char c) { return Bytes(32, c); }

/// price, buyer and note, sealed in another order.
Bytes opening() {
  const std::vector<DisclosedField> fields{{"price", "1200"}, {"buyer", "Lanzhou"}, {"note", ""}};
  const std::vector<Bytes> salts{salt('p'), salt('b'), salt('n')};
  return seal_document(fields, salts).value();
}

Bytes commitment(ByteView bytes) { return read_disclosure(bytes).value().commitment; }

std::string code(ByteView bytes) {
  const auto read = read_disclosure(bytes);
  return read ? "ok" : read.error().code;
}

}  // namespace

TEST_CASE("the commitment is what the page says, byte by byte") {
  const auto leaf = [](char c, const Bytes& name, const Bytes& value) {
    return sha256({Bytes(1, '\0'), salt(c), Bytes{'\0', static_cast<char>(name.size())}, name, value});
  };
  const auto node = [](const Digest& left, const Digest& right) { return sha256({"\x01", left.view(), right.view()}); };
  const Digest root = node(node(leaf('b', "buyer", "Lanzhou"), leaf('n', "note", "")), leaf('p', "price", "1200"));
  const Bytes expected =
      "\x81" + Bytes(sha256({"\x14", "qilian/disclosure/v1", Bytes{'\0', '\3'}, root.view()}).view());
  CHECK(commitment(opening()) == expected);
  CHECK(expected.size() == 33);
}

TEST_CASE("any subset of the fields is shown under the same commitment, and nothing of the others") {
  const std::vector<std::string> names{"buyer", "note", "price"};
  for (unsigned mask = 0; mask < 8; ++mask) {
    std::set<std::string> chosen;
    for (unsigned i = 0; i < 3; ++i) {
      if ((mask >> i & 1) != 0) chosen.insert(names[i]);
    }
    const Bytes shown = show_only(opening(), chosen).value();
    const Disclosed read = read_disclosure(shown).value();
    CHECK(read.commitment == commitment(opening()));
    CHECK(read.shown.size() == chosen.size());
    CHECK(read.hidden == 3 - chosen.size());
    for (const DisclosedField& field : read.shown) CHECK(chosen.contains(field.name));
    CHECK((shown.find("1200") != Bytes::npos) == chosen.contains("price"));
    CHECK((shown.find("Lanzhou") != Bytes::npos) == chosen.contains("buyer"));
    CHECK((shown.find(salt('b')) != Bytes::npos) == chosen.contains("buyer"));
  }
}

TEST_CASE("an erased field cannot be shown again, and the rest still opens the commitment") {
  const Bytes rest = erase_fields(opening(), {"buyer"}).value();
  CHECK(commitment(rest) == commitment(opening()));
  CHECK(rest.find("Lanzhou") == Bytes::npos);
  CHECK(rest.find(salt('b')) == Bytes::npos);
  CHECK(show_only(rest, {"buyer"}).error().code == "disclosure.name");
  CHECK(erase_fields(rest, {"buyer"}).error().code == "disclosure.name");
  CHECK(commitment(show_only(rest, {"price"}).value()) == commitment(opening()));
}

TEST_CASE("every changed byte of a disclosure changes its commitment or is refused") {
  const Bytes good = show_only(opening(), {"price"}).value();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = good;
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      const auto read = read_disclosure(changed);
      CHECK((!read || read->commitment != commitment(good)));
    }
  }
}

TEST_CASE("a name's end cannot be moved into the value, and no field can be added, cut or moved") {
  pb::Disclosure document;
  REQUIRE(document.ParseFromString(opening()));
  const auto differs = [&](auto change) {
    pb::Disclosure changed = document;
    change(changed);
    const auto read = read_disclosure(changed.SerializeAsString());
    return !read || read->commitment != commitment(opening());
  };
  CHECK_FALSE(differs([](pb::Disclosure&) {}));
  CHECK(differs([](pb::Disclosure& d) {
    d.mutable_fields(2)->set_name("pric");
    d.mutable_fields(2)->set_value("e1200");
  }));
  CHECK(differs([](pb::Disclosure& d) { d.mutable_fields()->RemoveLast(); }));
  CHECK(differs([](pb::Disclosure& d) { d.add_fields()->set_leaf(Bytes(32, 'x')); }));
  CHECK(differs([](pb::Disclosure& d) { d.mutable_fields()->SwapElements(0, 1); }));
  // Two leaves for the node above them: the number of fields is bound.
  CHECK(differs([](pb::Disclosure& d) {
    const auto leaf = [&](int i) {
      const auto& f = d.fields(i);
      return sha256({Bytes(1, '\0'), f.salt(), Bytes{'\0', static_cast<char>(f.name().size())}, f.name(), f.value()});
    };
    const Digest node = list_node_hash(leaf(0), leaf(1));
    d.mutable_fields()->DeleteSubrange(0, 1);
    d.mutable_fields(0)->Clear();
    d.mutable_fields(0)->set_leaf(node.str());
  }));
}

TEST_CASE("what is no document is refused with a code") {
  CHECK(code("") == "disclosure.fields");
  CHECK(code("\x0a") == "COM-101");
  CHECK(code(Bytes(kMaxDisclosureBytes + 1, '\0')) == "disclosure.size");
  const auto with = [&](auto change) {
    pb::Disclosure document;
    REQUIRE(document.ParseFromString(opening()));
    change(document);
    return code(document.SerializeAsString());
  };
  CHECK(with([](pb::Disclosure& d) { d.mutable_fields(0)->clear_salt(); }) == "disclosure.salt");
  CHECK(with([](pb::Disclosure& d) { d.mutable_fields(0)->clear_name(); }) == "disclosure.fields");
  CHECK(with([](pb::Disclosure& d) { d.mutable_fields(0)->set_name("price"); }) == "disclosure.order");
  CHECK(with([](pb::Disclosure& d) { d.mutable_fields(0)->set_leaf(Bytes(32, 'x')); }) == "disclosure.leaf");
  CHECK(with([](pb::Disclosure& d) {
          d.mutable_fields(0)->Clear();
          d.mutable_fields(0)->set_leaf(Bytes(31, 'x'));
        }) == "disclosure.leaf");
  CHECK(with([](pb::Disclosure& d) {
          for (int i = 0; i < 256; ++i) d.add_fields()->set_leaf(Bytes(32, 'x'));
        }) == "disclosure.fields");
  const std::vector<DisclosedField> twice{{"a", "1"}, {"a", "2"}};
  const std::vector<Bytes> salts{salt('1'), salt('2')};
  CHECK(seal_document(twice, salts).error().code == "disclosure.order");
  CHECK(seal_document(twice, std::span(salts).first(1)).error().code == "disclosure.salt");
}

}  // namespace qilian::ledger
