qilian_test(test_cli
  ${CMAKE_SOURCE_DIR}/tests/unit/cli/exit_test.cpp
  ${CMAKE_SOURCE_DIR}/tests/unit/cli/toml_value_test.cpp
  ${CMAKE_SOURCE_DIR}/tests/unit/cli/marks_test.cpp
  ${CMAKE_SOURCE_DIR}/tests/unit/cli/message_values_test.cpp
  ${CMAKE_SOURCE_DIR}/tests/unit/cli/process_test.cpp
  ${CMAKE_SOURCE_DIR}/tests/unit/cli/genesis_file_test.cpp)
target_link_libraries(test_cli PRIVATE cli_core fmt::fmt)
