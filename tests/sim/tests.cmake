# The deterministic simulator of the consensus core: `sim` for campaigns, `test_sim` for every build.
set(sim_folder ${CMAKE_CURRENT_LIST_DIR})
qilian_library(consensus_sim ${sim_folder}/oracle.cpp ${sim_folder}/replica.cpp ${sim_folder}/simulation.cpp)
target_link_libraries(consensus_sim PUBLIC consensus_core consensus_wire)
add_executable(sim ${sim_folder}/main.cpp)
target_link_libraries(sim PRIVATE consensus_sim qilian_warnings)
qilian_test(test_sim ${sim_folder}/test_sim.cpp)
target_link_libraries(test_sim PRIVATE consensus_sim)
