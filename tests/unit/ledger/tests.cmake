set(ledger_tests ${CMAKE_CURRENT_LIST_DIR})
qilian_test(test_ledger_crypto ${ledger_tests}/signature_test.cpp ${ledger_tests}/bytes_test.cpp)
target_link_libraries(test_ledger_crypto PRIVATE ledger_core Boost::json Threads::Threads)
qilian_test(test_ledger_trees ${ledger_tests}/merkle_list_test.cpp ${ledger_tests}/merkle_map_test.cpp)
target_link_libraries(test_ledger_trees PRIVATE ledger_core Boost::json PkgConfig::SODIUM)
qilian_proto(ledger_test_proto unit/ledger/sample.proto)
qilian_test(test_ledger_encoding
  ${ledger_tests}/canonical_test.cpp ${ledger_tests}/commit_test.cpp ${ledger_tests}/disclosure_test.cpp
  ${ledger_tests}/identifiers_test.cpp ${ledger_tests}/json_test.cpp
  ${ledger_tests}/transaction_test.cpp)
target_link_libraries(test_ledger_encoding PRIVATE ledger_core ledger_test_proto)
qilian_test(test_ledger_fact
  ${ledger_tests}/fact_forgery_test.cpp ${ledger_tests}/fact_mutation_test.cpp ${ledger_tests}/fact_test.cpp ${ledger_tests}/format_vectors_test.cpp
  ${ledger_tests}/mutants.cpp ${ledger_tests}/test_chain.cpp)
target_link_libraries(test_ledger_fact PRIVATE ledger_core)
