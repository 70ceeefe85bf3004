# Golden traces: `golden` plays and rewrites them, `test_golden` compares in every build.
set(golden_folder ${CMAKE_CURRENT_LIST_DIR})
qilian_library(consensus_golden ${golden_folder}/chart.cpp ${golden_folder}/trace.cpp)
target_link_libraries(consensus_golden PUBLIC consensus_stage)
add_executable(golden ${golden_folder}/main.cpp)
target_compile_definitions(golden PRIVATE QILIAN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
target_link_libraries(golden PRIVATE consensus_golden qilian_warnings)
qilian_test(test_golden ${golden_folder}/test_golden.cpp)
target_link_libraries(test_golden PRIVATE consensus_golden)
