// What evidence asks about prices of sales under public operation. Market trades are no concern of this contract.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "contracts/context.h"
#include "contracts/revenue.pb.h"

namespace qilian::contracts::revenue {

/// The purpose table gives the purpose away free of charge (公共治理, 公益). A purpose without the attribute is priced.
bool free_purpose(const Context& context, std::string_view purpose);

std::string price_cap_id(std::string_view udi, std::string_view purpose);

/// The ceiling that stands now for a purpose of a product, its period included.
std::optional<pb::PriceCap> price_cap(const Context& context, std::string_view udi, std::string_view purpose);

/// REV-402 where a priced purpose has no ceiling now or the price lies above it; REV-403 where a free purpose has a
/// price.
Outcome check_price(const Context& context, std::string_view udi, std::string_view purpose, std::int64_t price_fen);

/// The settlement that holds a trade now; empty where none does or where it was disputed away.
std::string settlement_of(const Context& context, std::string_view trade);

}  // namespace qilian::contracts::revenue
