// Standing of organisations as computed at a time: what is stored never needs a sweep.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contracts/context.h"
#include "contracts/membership.pb.h"

namespace qilian::contracts::membership {

/// The stored status, except that a suspension past its end reads as what it suspended.
pb::Organisation::Status standing(const pb::Organisation& organisation, TimeMs now);
bool undertaking_alive(const Context& context, std::string_view uscc);
/// Organisations that validate now, ascending.
std::vector<std::string> validators(const Context& context);

}  // namespace qilian::contracts::membership
