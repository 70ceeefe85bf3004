# The deterministic simulator of the consensus core: `sim` for campaigns, `test_sim` for every build.
set(sim_folder ${CMAKE_CURRENT_LIST_DIR})
file(GLOB sim_actors CONFIGURE_DEPENDS ${sim_folder}/actors/*.cpp)
qilian_library(consensus_sim
  ${sim_folder}/campaign.cpp ${sim_folder}/oracle.cpp ${sim_folder}/replica.cpp ${sim_folder}/simulation.cpp
  ${sim_actors})
# The actors are many and small: compiled together they cost a fraction.
set_source_files_properties(
  ${sim_folder}/campaign.cpp ${sim_folder}/oracle.cpp ${sim_folder}/replica.cpp ${sim_folder}/simulation.cpp
  PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
set_target_properties(consensus_sim PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 16)
target_link_libraries(consensus_sim PUBLIC consensus_core consensus_wire Threads::Threads)
add_executable(sim ${sim_folder}/main.cpp)
target_link_libraries(sim PRIVATE consensus_sim qilian_warnings)
qilian_test(test_sim ${sim_folder}/test_sim.cpp)
target_link_libraries(test_sim PRIVATE consensus_sim)
qilian_test(test_actors ${sim_folder}/test_actors.cpp)
target_link_libraries(test_actors PRIVATE consensus_sim)
qilian_test(test_flood ${sim_folder}/test_flood.cpp)
target_link_libraries(test_flood PRIVATE consensus_core)
