// Bounded queue, many to many. After D. Vyukov, "Bounded MPMC queue", 1024cores.net. Positions of 32 bits that wrap,
// so a cell of a u32 takes 8 bytes.
//
// INVARIANT  turn = p      the cell waits for the push at position p
//            turn = p + 1  the cell holds the value of position p
// INVARIANT  whoever advanced tail (or head) past p owns the cell of p until it stores the next turn.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness.hpp"

namespace reference {

class VyukovQueue {
 public:
  // `capacity` is a power of two.
  explicit VyukovQueue(std::uint32_t capacity) : cells_(capacity), mask_(capacity - 1) {
    for (std::uint32_t i = 0; i < capacity; ++i) cells_[i].turn.store(i, std::memory_order_relaxed);
  }

  bool push(std::uint32_t value) {
    std::uint32_t position = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[position & mask_];
      const auto ahead = static_cast<std::int32_t>(cell.turn.load(std::memory_order_acquire) - position);
      if (ahead < 0) return false;
      if (ahead > 0) {
        position = tail_.load(std::memory_order_relaxed);
      } else if (tail_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
        cell.value = value;
        cell.turn.store(position + 1, std::memory_order_release);  // Publishes the value; observed in pop().
        return true;
      }
    }
  }

  bool pop(std::uint32_t& value) {
    std::uint32_t position = head_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[position & mask_];
      const auto ahead = static_cast<std::int32_t>(cell.turn.load(std::memory_order_acquire) - (position + 1));
      if (ahead < 0) return false;
      if (ahead > 0) {
        position = head_.load(std::memory_order_relaxed);
      } else if (head_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
        value = cell.value;
        cell.turn.store(position + mask_ + 1, std::memory_order_release);  // Gives the cell to the next lap's push().
        return true;
      }
    }
  }

 private:
  struct Cell {
    std::atomic<std::uint32_t> turn{0};
    std::uint32_t value = 0;
  };

  std::vector<Cell> cells_;
  const std::uint32_t mask_;
  alignas(kLine) std::atomic<std::uint32_t> tail_{0};
  alignas(kLine) std::atomic<std::uint32_t> head_{0};
};

// A value an operation, one thread to another.
inline Tally run_vyukov(std::uint64_t items, std::uint32_t capacity) {
  VyukovQueue queue(capacity);
  return on_two_threads(
      [&] {
        for (std::uint64_t i = 0; i < items; ++i) {
          for (Backoff full; !queue.push(static_cast<std::uint32_t>(i));) full.wait();
        }
      },
      [&] {
        Tally tally;
        for (std::uint32_t value = 0; tally.received < items; ++tally.received) {
          for (Backoff empty; !queue.pop(value);) empty.wait();
          tally.sum += value;
        }
        return tally;
      });
}

}  // namespace reference
