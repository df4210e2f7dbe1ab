// Ring for one producer and one consumer that moves arrays. After L. Lamport, "Specifying Concurrent Program Modules"
// (1983); each side keeps the other's position as it last saw it, and reads it again only when that says full or empty.
//
// INVARIANT  only the producer stores tail, only the consumer stores head; head <= tail <= head + capacity.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "harness.hpp"

namespace reference {

class LamportRing {
 public:
  // `capacity` is a power of two.
  explicit LamportRing(std::size_t capacity) : values_(capacity) {}

  // How many of the values there was room for.
  std::size_t push(const std::uint32_t* values, std::size_t count) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail + count - head_seen_ > values_.size()) head_seen_ = head_.load(std::memory_order_acquire);
    count = std::min(count, values_.size() - (tail - head_seen_));
    const std::size_t index = tail & (values_.size() - 1);
    const std::size_t before_end = std::min(count, values_.size() - index);
    std::copy_n(values, before_end, &values_[index]);
    std::copy_n(values + before_end, count - before_end, &values_[0]);
    tail_.store(tail + count, std::memory_order_release);  // Publishes the values; observed in pop().
    return count;
  }

  // How many values there were, at most `count`.
  std::size_t pop(std::uint32_t* into, std::size_t count) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head + count > tail_seen_) tail_seen_ = tail_.load(std::memory_order_acquire);
    count = std::min(count, tail_seen_ - head);
    const std::size_t index = head & (values_.size() - 1);
    const std::size_t before_end = std::min(count, values_.size() - index);
    std::copy_n(&values_[index], before_end, into);
    std::copy_n(&values_[0], count - before_end, into + before_end);
    head_.store(head + count, std::memory_order_release);  // Gives the places back; observed in push().
    return count;
  }

 private:
  std::vector<std::uint32_t> values_;
  alignas(kLine) std::atomic<std::size_t> tail_{0};
  std::size_t head_seen_ = 0;  // The producer's.
  alignas(kLine) std::atomic<std::size_t> head_{0};
  std::size_t tail_seen_ = 0;  // The consumer's.
};

// Arrays of at most `batch` values, one thread to another.
inline Tally run_lamport(std::uint64_t items, std::size_t capacity, std::size_t batch) {
  LamportRing ring(capacity);
  return on_two_threads(
      [&] {
        std::vector<std::uint32_t> values(batch);
        for (std::uint64_t first = 0; first < items; first += batch) {
          const std::size_t count = std::min<std::uint64_t>(batch, items - first);
          std::iota(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count), static_cast<std::uint32_t>(first));
          Backoff full;
          for (std::size_t sent = 0; sent < count;) {
            const std::size_t taken = ring.push(&values[sent], count - sent);
            if (taken == 0) full.wait();
            sent += taken;
          }
        }
      },
      [&] {
        Tally tally;
        std::vector<std::uint32_t> values(batch);
        Backoff empty;
        while (tally.received < items) {
          const std::size_t count = ring.pop(values.data(), batch);
          if (count == 0) {
            empty.wait();
            continue;
          }
          empty = Backoff();
          tally.received += count;
          for (std::size_t i = 0; i < count; ++i) tally.sum += values[i];
        }
        return tally;
      });
}

}  // namespace reference
