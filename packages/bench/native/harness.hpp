// Warms up, takes samples and prints each as a line of JSON, the same way for every reference.
//
// INVARIANT  the values of one run are 0 … items - 1, each sent once; so count and sum tell whether all arrived.
//            Who reads the lines checks them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace reference {

// Two lines: the neighbour is fetched with the one that is asked for.
constexpr std::size_t kLine = 128;

struct Tally {
  std::uint64_t received = 0;
  std::uint64_t sum = 0;
  std::vector<double> latencies_ns;  // Of each round trip.
};

// What a thread does while there is no room or no value: pause, and give way to others once that takes long.
class Backoff {
 public:
  void wait() {
    if (++waits_ > kPauses) {
      std::this_thread::yield();
      return;
    }
#if defined(__x86_64__) || defined(__i386__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

 private:
  static constexpr int kPauses = 512;
  int waits_ = 0;
};

// `far` in a thread of its own, `near` in this one, which counts.
template <class Far, class Near>
Tally on_two_threads(Far far, Near near) {
  std::thread other(far);
  Tally tally = near();
  other.join();
  return tally;
}

inline double quantile(const std::vector<double>& sorted, double share) {
  const double place = (static_cast<double>(sorted.size()) - 1) * share;
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - static_cast<double>(below));
}

template <class Run>
double run_once(Run& run, std::uint64_t items, Tally& tally) {
  const auto start = std::chrono::steady_clock::now();
  tally = run(items);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

inline void print(std::uint64_t items, double ms, Tally& tally) {
  std::printf("{\"items\":%llu,\"ms\":%.6f,\"received\":%llu,\"sum\":%llu", static_cast<unsigned long long>(items), ms,
              static_cast<unsigned long long>(tally.received), static_cast<unsigned long long>(tally.sum));
  if (!tally.latencies_ns.empty()) {
    std::sort(tally.latencies_ns.begin(), tally.latencies_ns.end());
    std::printf(",\"p50Ns\":%.1f,\"p99Ns\":%.1f", quantile(tally.latencies_ns, 0.5), quantile(tally.latencies_ns, 0.99));
  }
  std::printf("}\n");
}

// The number of values grows until a run takes most of `sample_ms`; that many are moved for each sample.
template <class Run>
void measure(double sample_ms, int samples, Run run) {
  constexpr std::uint64_t kFirstItems = 2000;
  constexpr std::uint64_t kMostItems = 100'000'000;  // The sum is exact in a double.
  std::uint64_t items = kFirstItems;
  Tally tally;
  for (;;) {
    const double ms = run_once(run, items, tally);
    const double growth = std::clamp(sample_ms / ms, 0.25, 4.0);
    const bool is_long = ms > sample_ms * 0.6 || items == kMostItems;
    items = std::clamp(static_cast<std::uint64_t>(static_cast<double>(items) * growth), std::uint64_t{1}, kMostItems);
    if (is_long) break;
  }
  for (int i = 0; i < samples; ++i) {
    const double ms = run_once(run, items, tally);
    print(items, ms, tally);
  }
}

}  // namespace reference
