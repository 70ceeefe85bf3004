// What several actors share.
#pragma once

#include <map>
#include <optional>

#include "tests/sim/replica.h"

namespace qilian::sim {

using namespace consensus;

/// This message as a T, if this replica itself signed (or, unsigned, sends) it.
template <class T>
const T* own(const Replica& me, const Message& message) {
  const T* one = std::get_if<T>(&message);
  return one != nullptr && one->sender.value() == me.self() ? one : nullptr;
}

/// Another hash: the same one for the same argument.
template <class H>
H twisted(H hash) {
  hash.bytes[0] = static_cast<char>(hash.bytes[0] ^ 1);
  return hash;
}

template <class H>
H random_hash(Random& random) {
  H out;
  for (auto& byte : out.bytes) byte = static_cast<char>(random.below(256));
  return out;
}

/// A second story: for each proposal of its own another one, which it then tells consistently in PRE-PREPARE, PREPARE
/// and COMMIT.
class Story {
 public:
  /// The message as the story has it; nothing where it says no other thing.
  template <class Change>
  std::optional<Message> tell(const Replica& me, const Message& message, Change change) {
    if (const auto* pre_prepare = own<PrePrepare>(me, message); pre_prepare != nullptr && pre_prepare->proposal) {
      auto& lie = lies_[{pre_prepare->view, pre_prepare->sequence}];
      if (!lie) {
        Proposal other = *pre_prepare->proposal;
        change(other);
        lie = std::make_shared<const Proposal>(std::move(other));
      }
      PrePrepare copy = *pre_prepare;
      copy.proposal = lie;
      copy.digest = lie->digest();
      return me.sign(copy);
    }
    if (const auto* commit = own<Commit>(me, message)) {
      const auto lie = lies_.find({commit->view, commit->sequence});
      if (lie == lies_.end()) return std::nullopt;
      Commit copy = *commit;
      copy.digest = lie->second->digest();
      return me.sign(copy);
    }
    return std::nullopt;
  }

 private:
  std::map<std::pair<View, Sequence>, std::shared_ptr<const Proposal>> lies_;
};

/// Says whatever the core says, as long as it does not lead; as primary it says what `as_primary` makes of it.
template <class A>
std::unique_ptr<Actor> make() {
  return std::make_unique<A>();
}

}  // namespace qilian::sim
