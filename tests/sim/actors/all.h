// Every actor, one file each.
#pragma once

#include "tests/sim/actor.h"

namespace qilian::sim {

extern const ActorKind kAmnesiac;
extern const ActorKind kBodyWithholder;
extern const ActorKind kCensor;
extern const ActorKind kClockPusher;
extern const ActorKind kCommitOnly;
extern const ActorKind kConflictingCheckpoints;
extern const ActorKind kDoubleNewView;
extern const ActorKind kDoubleVoter;
extern const ActorKind kDuplicateVoter;
extern const ActorKind kEnvelopeWithholder;
extern const ActorKind kEquivocatingPrimary;
extern const ActorKind kFetchAmplifier;
extern const ActorKind kFieldMutator;
extern const ActorKind kForwardFlooder;
extern const ActorKind kFutureSequenceFlooder;
extern const ActorKind kFutureViewFlooder;
extern const ActorKind kGarbageAnswers;
extern const ActorKind kGarbageCertificates;
extern const ActorKind kIdRepeater;
extern const ActorKind kImpersonator;
extern const ActorKind kKeyCloner;
extern const ActorKind kLateSpeaker;
extern const ActorKind kMinimalPreparer;
extern const ActorKind kMute;
extern const ActorKind kMuteToSome;
extern const ActorKind kNewViewDropper;
extern const ActorKind kNewViewExtraSlot;
extern const ActorKind kNewViewHider;
extern const ActorKind kNewViewUsurper;
extern const ActorKind kNewViewWrongMinS;
extern const ActorKind kPSetForger;
extern const ActorKind kPastViewFlooder;
extern const ActorKind kPreparingPrimary;
extern const ActorKind kReportLiar;
extern const ActorKind kSelectiveCheckpoints;
extern const ActorKind kSideSwitcher;
extern const ActorKind kSilentPrimary;
extern const ActorKind kStatusLiar;
extern const ActorKind kTimeLiar;
extern const ActorKind kTrickler;
extern const ActorKind kTwoFaced;
extern const ActorKind kViewChangeReplayer;
extern const ActorKind kViewChangeSpammer;
extern const ActorKind kViewHopper;
extern const ActorKind kWrongProposer;

}  // namespace qilian::sim
