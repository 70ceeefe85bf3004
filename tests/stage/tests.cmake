# What the golden traces, the crash points, the model checker and the Twins stand on.
set(stage_folder ${CMAKE_CURRENT_LIST_DIR})
# The judge is the simulator's.
qilian_library(consensus_stage
  ${stage_folder}/network.cpp ${stage_folder}/replica.cpp ${stage_folder}/../sim/oracle.cpp)
target_link_libraries(consensus_stage PUBLIC consensus_core)
