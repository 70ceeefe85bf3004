# The executor is compiled in: its contracts are the stub, not contracts/.
set(store_test_network
  ${CMAKE_CURRENT_LIST_DIR}/forged_ledger.cpp ${CMAKE_CURRENT_LIST_DIR}/network.cpp
  ${CMAKE_CURRENT_LIST_DIR}/stub_contracts.cpp
  ${CMAKE_SOURCE_DIR}/node/block_maker.cpp ${CMAKE_SOURCE_DIR}/node/executor.cpp)
file(GLOB offline_tools CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/node/offline/*.cpp)
list(APPEND store_test_network ${offline_tools})

add_library(store_test_network STATIC ${store_test_network})
target_include_directories(store_test_network PUBLIC ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(store_test_network PUBLIC ledger_store PRIVATE qilian_warnings fmt::fmt Threads::Threads)

qilian_test(test_store
  ${CMAKE_CURRENT_LIST_DIR}/segments_test.cpp ${CMAKE_CURRENT_LIST_DIR}/history_test.cpp ${CMAKE_CURRENT_LIST_DIR}/store_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/executor_test.cpp ${CMAKE_CURRENT_LIST_DIR}/facts_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/handover_test.cpp ${CMAKE_CURRENT_LIST_DIR}/long_journal_test.cpp)
target_link_libraries(test_store PRIVATE store_test_network)

# Tools on files: audit, diff, reindex.
qilian_test(test_store_offline
  ${CMAKE_CURRENT_LIST_DIR}/audit_handover_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/audit_test.cpp ${CMAKE_CURRENT_LIST_DIR}/known_mistakes_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/offline_test.cpp)
target_link_libraries(test_store_offline PRIVATE store_test_network)

# What a crash or a bad disk leaves.
add_executable(store_crash_child ${CMAKE_CURRENT_LIST_DIR}/crash_child.cpp)
target_link_libraries(store_crash_child PRIVATE store_test_network qilian_warnings)
qilian_test(test_store_recovery
  ${CMAKE_CURRENT_LIST_DIR}/damage_test.cpp ${CMAKE_CURRENT_LIST_DIR}/crash_test.cpp)
target_link_libraries(test_store_recovery PRIVATE store_test_network)
target_compile_definitions(test_store_recovery PRIVATE QILIAN_CRASH_CHILD="$<TARGET_FILE:store_crash_child>")
add_dependencies(test_store_recovery store_crash_child)

# A disk that fails at every call.
qilian_test(test_store_crash_points
  ${CMAKE_CURRENT_LIST_DIR}/crash_points_test.cpp ${CMAKE_CURRENT_LIST_DIR}/faulty_disk.cpp)
target_link_libraries(test_store_crash_points PRIVATE store_test_network)

# The executor over the real contracts.
qilian_test(test_executor
  ${CMAKE_CURRENT_LIST_DIR}/contracts_test.cpp ${CMAKE_CURRENT_SOURCE_DIR}/unit/contracts/network.cpp)
target_link_libraries(test_executor PRIVATE node_offline)
