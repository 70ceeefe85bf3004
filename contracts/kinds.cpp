#include "contracts/kinds.h"

#include <algorithm>
#include <array>

namespace qilian::contracts {
namespace {

constexpr auto kNames = std::to_array<KindName>({
    {kind::kParameters, "parameters", "ParameterSet"},
    {kind::kTable, "table", "CodeTable"},
    {kind::kCalendar, "calendar", "WorkCalendar"},
    {kind::kDocument, "document", "Document"},
    {kind::kOverlay, "overlay", "Overlay"},
    {kind::kAnchor, "anchor", "Anchor"},
    {kind::kProposal, "proposal", "Proposal"},
    {kind::kQuota, "quota", "QuotaBuckets"},
    {kind::kOverlayRegister, "overlay-register", "OverlayRegister"},
    {kind::kValidatorEpoch, "validator-epoch", "ValidatorEpoch"},
    {kind::kConsensusKey, "consensus-key", "ConsensusKeyUse"},
    {kind::kLogicVersion, "logic-version", "LogicVersion"},
    {kind::kEquivocation, "equivocation", "Equivocation"},
    {kind::kOrganisation, "organisation", "Organisation"},
    {kind::kKey, "key", "Key"},
    {kind::kUndertaking, "undertaking", "Undertaking"},
    {kind::kController, "controller", "ControlledOrganisations"},
    {kind::kObligations, "obligations", "Obligations"},
    {kind::kValidatorOrganisations, "validator-organisations", "ValidatorOrganisations"},
    {kind::kAsset, "asset", "Asset"},
    {kind::kAssetVersion, "asset-version", "AssetVersion"},
    {kind::kRight, "right", "Right"},
    {kind::kTransferFiling, "transfer-filing", "TransferFiling"},
    {kind::kDerivation, "derivation", "Derivation"},
    {kind::kCatalogueEntry, "catalogue-entry", "CatalogueEntry"},
    {kind::kResponsibility, "responsibility", "Responsibility"},
    {kind::kAssetObjection, "asset-objection", "AssetObjection"},
    {kind::kPledge, "pledge", "Pledge"},
    {kind::kCensus, "census", "Census"},
    {kind::kContentRoot, "content-root", "ContentRoot"},
    {kind::kChildrenOfVersion, "children-of-version", ""},
    {kind::kAssetsOfOrganisation, "assets-of-organisation", ""},
    {kind::kMarketContactOfAsset, "market-contact-of-asset", ""},
    {kind::kGrant, "grant", "Grant"},
    {kind::kConsentBatch, "consent-batch", "ConsentBatch"},
    {kind::kUsage, "usage", "Usage"},
    {kind::kGrantsOfAsset, "grants-of-asset", ""},
    {kind::kGrantsOfOrganisation, "grants-of-organisation", ""},
    {kind::kEnvironment, "environment", "Environment"},
    {kind::kJob, "job", "Job"},
    {kind::kAlgorithm, "algorithm", "Algorithm"},
    {kind::kJobsOfVersion, "jobs-of-version", ""},
    {kind::kListing, "listing", "Listing"},
    {kind::kTrade, "trade", "Trade"},
    {kind::kEngagement, "engagement", "Engagement"},
    {kind::kCustody, "custody", "Custody"},
    {kind::kEvidence, "evidence", "Evidence"},
    {kind::kDispute, "dispute", "Dispute"},
    {kind::kTradesOfAsset, "trades-of-asset", ""},
    {kind::kTradesOfOrganisation, "trades-of-organisation", ""},
    {kind::kAttestation, "attestation", "Attestation"},
    {kind::kAttestationsOf, "attestations-of", "AttestationsOf"},
    {kind::kReliance, "reliance", ""},
    {kind::kList, "negative-list", "NegativeList"},
    {kind::kListRegister, "negative-list-register", "ListRegister"},
    {kind::kEntry, "entry", "EntryLife"},
    {kind::kApproval, "approval", "Approval"},
    {kind::kEntryUse, "entry-use", "EntryUse"},
    {kind::kDeniedByEntry, "denied-by-entry", ""},
    {kind::kDetermination, "determination", "Determination"},
    {kind::kCreditProfile, "credit-profile", "CreditProfile"},
    {kind::kCreditRules, "credit-rules", "CreditRules"},
    {kind::kDeniedByOrganisation, "denied-by-organisation", ""},
    {kind::kPriceCap, "price-cap", "PriceCap"},
    {kind::kFeeSchedule, "fee-schedule", "FeeSchedule"},
    {kind::kCost, "cost", "Cost"},
    {kind::kPlan, "plan", "Plan"},
    {kind::kSettlement, "settlement", "Settlement"},
    {kind::kSettledTrade, "settled-trade", "SettledTrade"},
    {kind::kRevenueOfPeriod, "revenue-of-period", "RevenueOfPeriod"},
    {kind::kSettlementsOfOrganisation, "settlements-of-organisation", ""},
    {kind::kRecipient, "recipient", "Recipient"},
    {kind::kExport, "export", "Export"},
    {kind::kExportCounter, "export-counter", "ExportCounter"},
    {kind::kExportLog, "export-log", "ExportLog"},
    {kind::kExportsOfOrganisation, "exports-of-organisation", ""},
    {kind::kExportsOfAsset, "exports-of-asset", ""},
    {kind::kIncident, "incident", "Incident"},
    {kind::kHoldsOn, "holds-on", "HoldSet"},
    {kind::kWarning, "warning", "Warning"},
    {kind::kWaitingReports, "waiting-reports", "WaitingReports"},
    {kind::kIncidentsOfAsset, "incidents-of-asset", ""},
    {kind::kIncidentsOfOrganisation, "incidents-of-organisation", ""},
    {kind::kAssessment, "assessment", "Assessment"},
    {kind::kValuation, "valuation", "Valuation"},
    {kind::kCertificate, "certificate", "Certificate"},
    {kind::kAssessmentsOf, "assessments-of", "AssessmentsOf"},
});

}  // namespace

std::span<const KindName> kind_names() { return kNames; }

const KindName* find_kind(std::string_view name) {
  const auto at = std::ranges::find(kNames, name, &KindName::name);
  return at == kNames.end() ? nullptr : &*at;
}

const KindName* find_kind(Kind kind) {
  const auto at = std::ranges::find(kNames, kind, &KindName::kind);
  return at == kNames.end() ? nullptr : &*at;
}

}  // namespace qilian::contracts
