set(node_tests ${CMAKE_CURRENT_LIST_DIR})
qilian_test(test_node_parts
  ${node_tests}/config_test.cpp ${node_tests}/consensus_log_disk_test.cpp ${node_tests}/consensus_log_test.cpp ${node_tests}/frame_test.cpp
  ${node_tests}/inbox_test.cpp ${node_tests}/key_file_test.cpp
  ${node_tests}/mempool_test.cpp ${node_tests}/metrics_test.cpp ${node_tests}/verification_pool_test.cpp ${node_tests}/waiters_test.cpp)
target_link_libraries(test_node_parts PRIVATE node_parts node_client)

qilian_test(test_node_mesh ${node_tests}/mesh_test.cpp ${node_tests}/server_test.cpp)
target_link_libraries(test_node_mesh PRIVATE node_network)

qilian_test(test_node_driver ${node_tests}/driver_test.cpp)
target_link_libraries(test_node_driver PRIVATE node contracts_proto consensus_wire)

# What the API answers from the store, over the real contracts.
qilian_test(test_node_questions ${node_tests}/questions_test.cpp ${CMAKE_CURRENT_SOURCE_DIR}/unit/contracts/network.cpp)
target_link_libraries(test_node_questions PRIVATE node node_executor contracts)
