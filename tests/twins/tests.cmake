# Twins: `twins` for campaigns, `test_twins` for a sample in every build.
set(twins_folder ${CMAKE_CURRENT_LIST_DIR})
qilian_library(consensus_twins ${twins_folder}/campaign.cpp ${twins_folder}/cases.cpp)
target_link_libraries(consensus_twins PUBLIC consensus_stage)
add_executable(twins ${twins_folder}/main.cpp)
target_link_libraries(twins PRIVATE consensus_twins qilian_warnings)
qilian_test(test_twins ${twins_folder}/test_twins.cpp)
target_link_libraries(test_twins PRIVATE consensus_twins)
