# The end-to-end benchmark: four real nodes on this machine, TLS and fsync on. `./dev bench` runs it.
add_executable(bench ${CMAKE_CURRENT_LIST_DIR}/bench.cpp ${CMAKE_CURRENT_LIST_DIR}/machine.cpp)
target_link_libraries(bench PRIVATE qilian_warnings cli_core node_client node_offline contracts ledger_core fmt::fmt Threads::Threads)

# The impact of a draft list over a million assets: `build/release/tests/bench_impact`.
add_executable(bench_impact ${CMAKE_CURRENT_LIST_DIR}/impact.cpp)
target_link_libraries(bench_impact PRIVATE qilian_warnings contracts ledger_core fmt::fmt)
