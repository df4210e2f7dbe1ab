// Round trips between two threads that sleep until the other wakes them. After H. Franke, R. Russell, M. Kirkwood,
// "Fuss, Futexes and Furwocks: Fast Userlevel Locking in Linux" (2002): wait while a word holds a value, wake its waiter.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "harness.hpp"

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace reference {

using Word = std::atomic<std::uint32_t>;

// Returns at once unless the word holds `value`; may return early.
inline void wait_while(Word& word, std::uint32_t value) {
#if defined(__linux__)
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
#else
  word.wait(value);
#endif
}

inline void wake(Word& word) {
#if defined(__linux__)
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
#else
  word.notify_one();
#endif
}

// Each word holds the number of the last trip that got there; a value is that number minus one.
inline Tally run_futex(std::uint64_t items) {
  struct alignas(kLine) Line {
    Word word{0};
  };
  Line there;
  Line back;
  return on_two_threads(
      [&] {
        for (std::uint32_t trip = 1; trip <= items; ++trip) {
          while (there.word.load() != trip) wait_while(there.word, trip - 1);
          back.word.store(trip);
          wake(back.word);
        }
      },
      [&] {
        Tally tally;
        tally.latencies_ns.reserve(items);
        for (std::uint32_t trip = 1; trip <= items; ++trip) {
          const auto start = std::chrono::steady_clock::now();
          there.word.store(trip);
          wake(there.word);
          while (back.word.load() != trip) wait_while(back.word, trip - 1);
          tally.sum += back.word.load() - 1;
          tally.latencies_ns.push_back(
              std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count());
          ++tally.received;
        }
        return tally;
      });
}

}  // namespace reference
