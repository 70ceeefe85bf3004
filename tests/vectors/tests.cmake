set(vector_tests ${CMAKE_CURRENT_LIST_DIR})
set(corpus_files
  ${vector_tests}/corpus.cpp ${vector_tests}/signed_forgeries.cpp
  ${vector_tests}/../unit/ledger/mutants.cpp ${vector_tests}/../unit/ledger/test_chain.cpp)
# Verdicts that the second verifier is held to; see node/explorer/verifier.
add_executable(write_corpus ${vector_tests}/write_corpus.cpp ${corpus_files})
target_link_libraries(write_corpus PRIVATE qilian_warnings ledger_core)
qilian_test(test_vectors ${vector_tests}/certificates_test.cpp ${vector_tests}/exports_test.cpp ${corpus_files})
target_link_libraries(test_vectors PRIVATE ledger_core)
