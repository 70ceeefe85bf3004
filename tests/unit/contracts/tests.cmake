file(GLOB contract_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/unit/contracts/*.cpp)
qilian_test(test_contracts ${contract_tests} ${CMAKE_CURRENT_SOURCE_DIR}/unit/ledger/test_chain.cpp)
target_link_libraries(test_contracts PRIVATE contracts)
