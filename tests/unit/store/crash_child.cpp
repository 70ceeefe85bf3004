// Appends the scripted blocks until it is killed. Prints one line after each successful sync, when everything it names
// is durable:
// "<height> <header hash> <segment number> <bytes of that segment>". Arguments: folder, blocks per sync.
#include <cstdio>
#include <cstdlib>

#include "unit/store/network.h"

using namespace qilian::testing;

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::filesystem::path folder = arguments[1];
  const int per_sync = std::atoi(arguments[2]);
  const Network network;
  auto options = options_in(folder);
  options.segment_bytes = 64 << 10;
  options.recent_versions = 16;
  auto executor = qilian::node::Executor::open(options, network.genesis());
  if (!executor) {
    std::fprintf(stderr, "%s: %s\n", executor.error().code.c_str(), executor.error().message.c_str());
    return 1;
  }
  for (;;) {
    for (int i = 0; i < per_sync; ++i) {
      const auto done = (*executor)->execute(scripted_batch(network, (*executor)->height().next()));
      if (!done || !(*executor)->append_certificate(network.certify(done->header))) return 1;
    }
    if (!(*executor)->sync()) return 1;
    const auto last = segments_of(folder).back();
    std::printf("%llu %s %s %llu\n", static_cast<unsigned long long>((*executor)->height().value()),
                (*executor)->header_hash().hex().c_str(), last.filename().c_str(),
                static_cast<unsigned long long>(std::filesystem::file_size(last)));
    std::fflush(stdout);
  }
}
