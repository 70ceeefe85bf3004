# The consensus core, case by case; rules are numbered as in consensus/README.md.
set(consensus_tests ${CMAKE_CURRENT_LIST_DIR})
qilian_test(test_consensus
  ${consensus_tests}/test_borders.cpp ${consensus_tests}/test_checkpoints.cpp ${consensus_tests}/test_epochs.cpp ${consensus_tests}/test_normal_case.cpp ${consensus_tests}/test_pool.cpp
  ${consensus_tests}/test_recovery.cpp ${consensus_tests}/test_view_change.cpp ${consensus_tests}/test_wire.cpp)
target_link_libraries(test_consensus PRIVATE consensus_core consensus_wire)
