# Every story, played in process against the contracts.
qilian_test(test_scenarios ${CMAKE_SOURCE_DIR}/tests/scenarios/scenarios_test.cpp)
target_link_libraries(test_scenarios PRIVATE cli_core)
