#include "tests/sim/actors/all.h"

#include <algorithm>

namespace qilian::sim {

std::span<const ActorKind> actor_kinds() {
  static const ActorKind kKinds[] = {
      kAmnesiac,
      kBodyWithholder,
      kCensor,
      kClockPusher,
      kCommitOnly,
      kConflictingCheckpoints,
      kDoubleNewView,
      kDoubleVoter,
      kDuplicateVoter,
      kEnvelopeWithholder,
      kEquivocatingPrimary,
      kFetchAmplifier,
      kFieldMutator,
      kForwardFlooder,
      kFutureSequenceFlooder,
      kFutureViewFlooder,
      kGarbageAnswers,
      kGarbageCertificates,
      kIdRepeater,
      kImpersonator,
      kKeyCloner,
      kLateSpeaker,
      kMinimalPreparer,
      kMute,
      kMuteToSome,
      kNewViewDropper,
      kNewViewExtraSlot,
      kNewViewHider,
      kNewViewUsurper,
      kNewViewWrongMinS,
      kPSetForger,
      kPastViewFlooder,
      kPreparingPrimary,
      kReportLiar,
      kSelectiveCheckpoints,
      kSideSwitcher,
      kSilentPrimary,
      kStatusLiar,
      kTimeLiar,
      kTrickler,
      kTwoFaced,
      kViewChangeReplayer,
      kViewChangeSpammer,
      kViewHopper,
      kWrongProposer,
  };
  return kKinds;
}

const ActorKind* find_actor(std::string_view name) {
  const auto kinds = actor_kinds();
  const auto it = std::ranges::find(kinds, name, &ActorKind::name);
  return it == kinds.end() ? nullptr : &*it;
}

}  // namespace qilian::sim
