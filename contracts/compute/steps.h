// What the calls of compute share among themselves; nobody else includes it.
#pragma once

#include "contracts/compute/compute.h"
#include "contracts/contract.h"

namespace qilian::contracts::compute {

// One function for each file of calls; calls.cpp joins them.
void add_environment_calls(CallList& calls);
void add_plan_calls(CallList& calls);
void add_run_calls(CallList& calls);

/// Grants of the inputs are in effect; whatever is wrong keeps its own code.
Outcome check_inputs_in_effect(const Context& context, const pb::Job& job);
/// COM-301, COM-303: the inputs are registered versions.
Outcome check_inputs_exist(const Context& context, const google::protobuf::RepeatedPtrField<pb::JobInput>& inputs);
/// AUT-402, AUT-404, AUT-409, AUT-412, AUT-413 for every input.
Outcome check_inputs_allowed(const Context& context, const pb::Job& job);
/// CMP-402: somebody independent checked the algorithm and passed it. A job of type ALGORITHM_CHECK needs none.
Outcome check_algorithm(const Context& context, const pb::Job& job);
/// CMP-403: a joint job with a model needs its MODEL_SAFETY attestation in force.
Outcome check_model(const Context& context, const pb::Job& job);
/// What the negative list is asked: every input, under the job's purpose.
std::vector<ListSubject> list_subjects(const Context& context, const pb::Job& job);

}  // namespace qilian::contracts::compute
