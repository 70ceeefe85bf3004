set(e2e_tests ${CMAKE_CURRENT_LIST_DIR})
qilian_test(test_e2e ${e2e_tests}/network.cpp ${e2e_tests}/history.cpp ${e2e_tests}/agreement_test.cpp ${e2e_tests}/bad_input_test.cpp ${e2e_tests}/crash_test.cpp)
target_link_libraries(test_e2e PRIVATE contracts_proto ledger_core node_client node_network Boost::json OpenSSL::SSL PkgConfig::SODIUM)
add_dependencies(test_e2e qiliand)
