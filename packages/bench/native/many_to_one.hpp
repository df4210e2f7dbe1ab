// Ring of records of any length, many producers and one consumer. After M. Thompson's ManyToOneRingBuffer in Agrona.
//
//     ┌────────┬──────┬─────────┐    a record = length, kind, payload; aligned to 8 bytes
//     │ length │ kind │ payload │    length 0: nothing here; below 0: being written; above 0: a record
//     └────────┴──────┴─────────┘
//
// INVARIANT  whoever advanced tail past a record owns its bytes until it stores a length above 0.
// INVARIANT  the consumer clears what it read before it advances head, so unwritten bytes are 0.
// INVARIANT  a record never wraps: one of kind kPadding fills the rest before the end.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "harness.hpp"

namespace reference {

class ManyToOneRing {
 public:
  // `capacity` is a power of two, in bytes.
  explicit ManyToOneRing(std::int64_t capacity)
      : capacity_(capacity), words_(std::make_unique<std::int64_t[]>(static_cast<std::size_t>(capacity) / 8)) {}

  // Whether there was room.
  bool write(const void* payload, std::int32_t length_bytes) {
    const std::int32_t length = length_bytes + kHeaderBytes;
    const std::int64_t index = claim(aligned(length));
    if (index < 0) return false;
    store_length(index, -length);
    store_kind(index, kRecord);
    std::memcpy(at(index) + kHeaderBytes, payload, static_cast<std::size_t>(length_bytes));
    store_length(index, length);  // Publishes the payload; observed in read().
    return true;
  }

  // Hands at most `limit` records to `handle`, in place, and tells how many there were.
  template <class Handle>
  int read(int limit, Handle handle) {
    const std::int64_t head = head_.load(std::memory_order_relaxed);
    const std::int64_t first = head & (capacity_ - 1);
    std::int64_t bytes = 0;
    int records = 0;
    while (records < limit && first + bytes < capacity_) {
      const std::int64_t index = first + bytes;
      const std::int32_t length = load_length(index);
      if (length <= 0) break;
      bytes += aligned(length);
      if (load_kind(index) == kPadding) continue;
      ++records;
      handle(at(index) + kHeaderBytes, length - kHeaderBytes);
    }
    if (bytes == 0) return 0;
    std::memset(at(first), 0, static_cast<std::size_t>(bytes));
    head_.store(head + bytes, std::memory_order_release);  // Gives the bytes back; observed in claim().
    return records;
  }

 private:
  static constexpr std::int32_t kHeaderBytes = 8;
  static constexpr std::int32_t kRecord = 1;
  static constexpr std::int32_t kPadding = -1;

  static std::int64_t aligned(std::int32_t length) { return (static_cast<std::int64_t>(length) + 7) & ~std::int64_t{7}; }

  // The index of `bytes` that are the caller's now, or -1 if there is no room for them.
  std::int64_t claim(std::int64_t bytes) {
    std::int64_t head = head_seen_.load(std::memory_order_acquire);
    std::int64_t tail = tail_.load(std::memory_order_acquire);
    for (;;) {
      const std::int64_t index = tail & (capacity_ - 1);
      const std::int64_t padding = bytes > capacity_ - index ? capacity_ - index : 0;
      if (tail + padding + bytes - head > capacity_) {
        head = head_.load(std::memory_order_acquire);
        if (tail + padding + bytes - head > capacity_) return -1;
        head_seen_.store(head, std::memory_order_release);
      }
      if (!tail_.compare_exchange_weak(tail, tail + padding + bytes, std::memory_order_acq_rel)) continue;
      if (padding == 0) return index;
      store_length(index, static_cast<std::int32_t>(-padding));
      store_kind(index, kPadding);
      store_length(index, static_cast<std::int32_t>(padding));
      return 0;
    }
  }

  unsigned char* at(std::int64_t index) { return reinterpret_cast<unsigned char*>(words_.get()) + index; }
  std::int32_t* header(std::int64_t index) { return reinterpret_cast<std::int32_t*>(at(index)); }
  std::int32_t load_length(std::int64_t index) { return __atomic_load_n(header(index), __ATOMIC_ACQUIRE); }
  void store_length(std::int64_t index, std::int32_t length) {
    __atomic_store_n(header(index), length, __ATOMIC_RELEASE);
  }
  std::int32_t load_kind(std::int64_t index) { return header(index)[1]; }
  void store_kind(std::int64_t index, std::int32_t kind) { header(index)[1] = kind; }

  const std::int64_t capacity_;
  const std::unique_ptr<std::int64_t[]> words_;
  alignas(kLine) std::atomic<std::int64_t> tail_{0};
  alignas(kLine) std::atomic<std::int64_t> head_seen_{0};  // What the producers know of head.
  alignas(kLine) std::atomic<std::int64_t> head_{0};
};

// Records of `record_bytes`, one thread to another, read where they lie or copied out first. A record begins with its
// number and ends with the complement of its first byte; one that does not is not counted.
inline Tally run_many_to_one(std::uint64_t items, std::int64_t capacity, std::size_t record_bytes, bool is_copied) {
  constexpr int kLimit = 32;
  ManyToOneRing ring(capacity);
  return on_two_threads(
      [&] {
        std::vector<unsigned char> record(record_bytes);
        for (std::uint64_t i = 0; i < items; ++i) {
          const auto number = static_cast<std::uint32_t>(i);
          std::memcpy(record.data(), &number, sizeof number);
          record.back() = static_cast<unsigned char>(~record.front());
          for (Backoff full; !ring.write(record.data(), static_cast<std::int32_t>(record_bytes));) full.wait();
        }
      },
      [&] {
        Tally tally;
        std::vector<unsigned char> copy(record_bytes);
        const auto take = [&](const unsigned char* record, std::int32_t length_bytes) {
          if (is_copied) {
            std::memcpy(copy.data(), record, static_cast<std::size_t>(length_bytes));
            asm volatile("" : : "r"(copy.data()) : "memory");  // The whole copy is made, whatever of it is read.
            record = copy.data();
          }
          std::uint32_t number = 0;
          std::memcpy(&number, record, sizeof number);
          if (record[length_bytes - 1] != static_cast<unsigned char>(~record[0])) return;
          ++tally.received;
          tally.sum += number;
        };
        Backoff empty;
        for (std::uint64_t read = 0; read < items;) {
          const int count = ring.read(kLimit, take);
          if (count == 0) {
            empty.wait();
            continue;
          }
          empty = Backoff();
          read += static_cast<std::uint64_t>(count);
        }
        return tally;
      });
}

}  // namespace reference
