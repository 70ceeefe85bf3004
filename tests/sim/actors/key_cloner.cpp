// Two processes with one key: a second replica under the same name, each of them known to a half of the network.
#include "tests/sim/actors/all.h"
#include "tests/sim/actors/common.h"
#include "tests/sim/fake_crypto.h"

namespace qilian::sim {

namespace {

/// The second process: speaks to odd replicas alone.
class Second final : public Actor {
  void on_send(Replica&, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    if (to % 2 == 1) out.push_back(message);
  }
};
constinit const ActorKind kSecond{"key cloner", "", make<Second>, 0};

class KeyCloner final : public Actor {
  void on_send(Replica&, std::uint32_t to, const Message& message, std::vector<Message>& out) override {
    if (to % 2 == 0) out.push_back(message);
  }
  bool on_receive(Replica&, std::uint32_t from, const Message& message) override {
    if (from % 2 == 0) return true;
    if (second_) second_->receive(from, message);
    return false;
  }
  bool admits(Replica&, const EnvelopeInfo& info) override {
    if (second_) second_->admit(info);
    return true;
  }
  void on_tick(Replica& me) override {
    if (second_) return;
    me.lied();
    second_ = std::make_unique<Replica>(me.world(), me.self(), &kSecond, me.genesis(),
                                        fake_validators(me.world().size()), me.window(), 0, 0);
    second_->start();
  }

  std::unique_ptr<Replica> second_;
};

}  // namespace

constinit const ActorKind kKeyCloner{
    "key cloner", "36: two processes vote with one key, each for a half of the network", make<KeyCloner>, 8};

}  // namespace qilian::sim
