# Changes of validators on real processes.
qilian_test(test_e2e_epochs ${CMAKE_CURRENT_LIST_DIR}/../network.cpp ${CMAKE_CURRENT_LIST_DIR}/epochs_test.cpp)
target_link_libraries(test_e2e_epochs PRIVATE contracts_proto ledger_core node_client Boost::json)
add_dependencies(test_e2e_epochs qiliand)
