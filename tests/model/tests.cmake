# Bounded model checking: `model` for the whole bound, `test_model` for a part of it in every build.
set(model_folder ${CMAKE_CURRENT_LIST_DIR})
qilian_library(consensus_model ${model_folder}/checker.cpp)
target_link_libraries(consensus_model PUBLIC consensus_stage)
add_executable(model ${model_folder}/main.cpp)
target_link_libraries(model PRIVATE consensus_model qilian_warnings)
qilian_test(test_model ${model_folder}/test_model.cpp)
target_link_libraries(test_model PRIVATE consensus_model)
