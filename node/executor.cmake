qilian_library(node_executor audit.cpp block_maker.cpp executor.cpp)
    target_link_libraries(node_executor PUBLIC ledger_store contracts PRIVATE fmt::fmt)
