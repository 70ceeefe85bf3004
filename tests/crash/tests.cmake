# Crash points: `crash` for all of them, `test_crash_points` for every build.
set(crash_folder ${CMAKE_CURRENT_LIST_DIR})
qilian_library(consensus_crash ${crash_folder}/log_bytes.cpp ${crash_folder}/points.cpp ${crash_folder}/run.cpp)
target_link_libraries(consensus_crash PUBLIC consensus_stage node_parts)
add_executable(crash ${crash_folder}/main.cpp)
target_link_libraries(crash PRIVATE consensus_crash qilian_warnings)
qilian_test(test_crash_points ${crash_folder}/test_crash_points.cpp)
target_link_libraries(test_crash_points PRIVATE consensus_crash)
