// Trades and their neighbours as other contracts read them. Pure reads.
#pragma once

#include <optional>
#include <string_view>

#include "contracts/context.h"
#include "contracts/evidence.pb.h"

namespace qilian::contracts::evidence {

std::optional<pb::Trade> trade(const Context& context, std::string_view id);
std::optional<pb::Listing> listing(const Context& context, std::string_view id);
std::optional<pb::Dispute> dispute(const Context& context, std::string_view id);

/// LISTED, begun, and not past its end.
bool listing_live(const pb::Listing& listing, TimeMs time);

}  // namespace qilian::contracts::evidence
