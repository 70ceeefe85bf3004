// Exports and the year's count of persons as others may read them. Pure reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "contracts/context.h"
#include "contracts/cross_border.pb.h"

namespace qilian::contracts::cross_border {

std::optional<pb::Export> find(const Context& context, std::string_view id);
/// The status as of a moment: DECIDED or ACTIVE past `valid_to` reads EXPIRED.
pb::Export::Status status_at(const pb::Export& item, TimeMs time);

struct Persons {
  std::int64_t all = 0;
  std::int64_t sensitive = 0;  ///< of them, those whose sensitive information is among the data
};
/// What the exporter's controller group has shipped in a calendar year of UTC+8, summed over its members of today: a
/// company that joins the group brings its count along.
Persons shipped(const Context& context, std::string_view exporter, std::int64_t year);

}  // namespace qilian::contracts::cross_border
