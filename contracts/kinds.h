// Numbers of everything that the contracts keep: part of the map key, never reused. A contract has a hundred; its
// indices start at 50.
#pragma once

#include <span>
#include <string_view>

#include "ledger/core/state.h"

namespace qilian::contracts {

using ledger::Kind;

/// Objects have a record and a journal of events; an index has a journal of references and no record.
namespace kind {
// governance 治理
inline constexpr Kind kParameters = 100;       ///< id "current": every parameter, one record
inline constexpr Kind kTable = 101;            ///< id: the table's name
inline constexpr Kind kCalendar = 102;         ///< id: the year, "2026"
inline constexpr Kind kDocument = 103;         ///< id: kind ‖ ":" ‖ version
inline constexpr Kind kOverlay = 104;          ///< id: jurisdiction
inline constexpr Kind kAnchor = 105;           ///< id: foreign genesis hash, hex
inline constexpr Kind kProposal = 106;         ///< id: derived
inline constexpr Kind kQuota = 107;            ///< id: USCC; token buckets
inline constexpr Kind kOverlayRegister = 110;  ///< id "current": jurisdictions that have an overlay
inline constexpr Kind kValidatorEpoch = 120;   ///< id: the epoch, decimal; and "newest"
inline constexpr Kind kConsensusKey = 121;     ///< id: the key, hex; where it served
inline constexpr Kind kLogicVersion = 122;     ///< id "current"
inline constexpr Kind kEquivocation = 123;     ///< id: epoch ‖ "/" ‖ USCC ‖ "/" ‖ message type
// membership 主体
inline constexpr Kind kOrganisation = 200;  ///< id: USCC
inline constexpr Kind kKey = 201;           ///< id: public key, hex
inline constexpr Kind kUndertaking = 202;   ///< id: USCC; the one in force
inline constexpr Kind kController = 203;    ///< id: USCC or person tag (hex) of a controller; whom it controls
inline constexpr Kind kObligations = 204;   ///< id: USCC; open trades, disputes, settlements, custody
inline constexpr Kind kValidatorOrganisations = 205;  ///< id "current": who validates, by USCC
// registry 登记
inline constexpr Kind kAsset = 300;         ///< id: UDI without version
inline constexpr Kind kAssetVersion = 301;  ///< id: UDI@seq
inline constexpr Kind kRight = 302;
inline constexpr Kind kTransferFiling = 303;
inline constexpr Kind kDerivation = 304;  ///< id: child UDI@seq
inline constexpr Kind kCatalogueEntry = 305;
inline constexpr Kind kResponsibility = 306;
inline constexpr Kind kAssetObjection = 307;
inline constexpr Kind kPledge = 308;
inline constexpr Kind kCensus = 309;
inline constexpr Kind kContentRoot = 310;        ///< id: digest, hex; who registered it first
inline constexpr Kind kChildrenOfVersion = 350;  ///< index by parent UDI@seq
inline constexpr Kind kAssetsOfOrganisation = 351;
inline constexpr Kind kMarketContactOfAsset = 352;  ///< index by UDI: listings, offers, grants to market
// authorization 授权
inline constexpr Kind kGrant = 400;
inline constexpr Kind kConsentBatch = 401;
inline constexpr Kind kUsage = 402;          ///< id: grant ‖ "/" ‖ seq
inline constexpr Kind kGrantsOfAsset = 450;  ///< index by UDI
inline constexpr Kind kGrantsOfOrganisation = 451;
// compute 计算
inline constexpr Kind kEnvironment = 500;
inline constexpr Kind kJob = 501;
inline constexpr Kind kAlgorithm = 502;
inline constexpr Kind kJobsOfVersion = 550;
// evidence 存证
inline constexpr Kind kListing = 600;
inline constexpr Kind kTrade = 601;
inline constexpr Kind kEngagement = 602;
inline constexpr Kind kCustody = 603;
inline constexpr Kind kEvidence = 604;
inline constexpr Kind kDispute = 605;
inline constexpr Kind kTradesOfAsset = 650;  ///< index by UDI
inline constexpr Kind kTradesOfOrganisation = 651;
// notary 公证
inline constexpr Kind kAttestation = 700;
inline constexpr Kind kAttestationsOf =
    701;  ///< id: subject (USCC, UDI@seq, incident id); a record that lists attestation ids
inline constexpr Kind kReliance = 750;  ///< index by attestation
// negative_list 负面清单
inline constexpr Kind kList = 800;           ///< id: the version, decimal
inline constexpr Kind kListRegister = 801;   ///< id "current": versions with their times
inline constexpr Kind kEntry = 802;          ///< id: the entry's code; its life across versions
inline constexpr Kind kApproval = 803;       ///< id: entry code ‖ "/" ‖ UDI@seq
inline constexpr Kind kEntryUse = 804;       ///< id: entry code ‖ "/" ‖ UDI ‖ "/" ‖ calendar year
inline constexpr Kind kDeniedByEntry = 850;  ///< index by entry code
// credit 信用
inline constexpr Kind kDetermination = 900;
inline constexpr Kind kCreditProfile = 901;  ///< id: USCC; what the score is computed from
inline constexpr Kind kCreditRules = 902;    ///< id "current"
inline constexpr Kind kCreditEvent = 903;
inline constexpr Kind kDeniedByOrganisation = 950;  ///< index by USCC
// revenue 收益
inline constexpr Kind kPriceCap = 1000;  ///< id: UDI ‖ "/" ‖ purpose
inline constexpr Kind kFeeSchedule = 1001;
inline constexpr Kind kCost = 1002;
inline constexpr Kind kPlan = 1003;
inline constexpr Kind kSettlement = 1004;
inline constexpr Kind kSettledTrade = 1005;  ///< id: trade; the settlement that holds it
inline constexpr Kind kRevenueOfPeriod = 1006;
inline constexpr Kind kSettlementsOfOrganisation = 1050;
// cross_border 跨境
inline constexpr Kind kRecipient = 1100;
inline constexpr Kind kExport = 1101;
inline constexpr Kind kExportCounter = 1102;  ///< id: USCC ‖ "/" ‖ calendar year
inline constexpr Kind kExportLog = 1103;      ///< id: export ‖ "/" ‖ seq
inline constexpr Kind kExportsOfOrganisation = 1150;
inline constexpr Kind kExportsOfAsset = 1151;  ///< index by UDI
// incident 安全事件
inline constexpr Kind kIncident = 1200;
inline constexpr Kind kHoldsOn =
    1201;  ///< id: scope ("organisation:USCC", "asset:UDI", "trade:ID"); a record that lists its holds
inline constexpr Kind kWarning = 1202;
inline constexpr Kind kWaitingReports = 1203;    ///< id: USCC; reports of that organisation that wait for triage
inline constexpr Kind kIncidentsOfAsset = 1250;  ///< index by UDI
inline constexpr Kind kIncidentsOfOrganisation = 1251;
// supervision 评估督导
inline constexpr Kind kAssessment = 1300;
inline constexpr Kind kValuation = 1301;
inline constexpr Kind kCertificate = 1302;
inline constexpr Kind kAssessmentsOf = 1303;  ///< id: subject; a record that lists assessment ids
}  // namespace kind

/// What happened to an object, coarsely: the payload names the call that did it.
enum class EventKind : std::uint16_t {
  kCreated = 1,
  kChanged = 2,
  kEnded = 3,      ///< a final state
  kReferred = 10,  ///< an index entry
  kDenied = 11,    ///< an entry in a journal of denied attempts
  kCharged = 12,   ///< quota buckets after a block
};

struct KindName {
  Kind kind;
  std::string_view name;     ///< as the API and the CLI call it: "asset", "grant", "organisation", "key"
  std::string_view message;  ///< its record's message in package qilian.contracts.pb; empty for an index
};

/// Every kind, ascending by number.
std::span<const KindName> kind_names();
/// Null where there is none of that name.
const KindName* find_kind(std::string_view name);
const KindName* find_kind(Kind kind);

}  // namespace qilian::contracts
