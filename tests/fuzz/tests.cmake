# libFuzzer targets, built by the "fuzz" preset and run by `./dev fuzz`.
if(QILIAN_FUZZ)
  # qilian_fuzz(NAME LIBRARIES...): tests/fuzz/NAME.cpp as the target fuzz_NAME.
  function(qilian_fuzz name)
    add_executable(fuzz_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/${name}.cpp)
    target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(fuzz_${name} PRIVATE qilian_warnings ${ARGN})
  endfunction()
  qilian_fuzz(transaction contracts ledger_core)
  qilian_fuzz(certificate ledger_core)
  qilian_fuzz(block ledger_core)
  qilian_fuzz(wire consensus_wire)
endif()
