import {
  CLOSED,
  CLOSED_BY_RECEIVERS,
  ENDED,
  HEAD,
  LENGTH,
  MASK,
  NONE,
  PARKED_RECEIVERS,
  PARKED_SENDERS,
  RESERVED,
  SEEN_HEAD,
  SLOT_BYTES,
  SLOTS,
  SPINS,
  STATE,
  TABLE,
  TAIL,
} from './layout.ts'
import { wake } from './park.ts'
import { slotIdle } from './slot.ts'

/**
 * The record ring: many threads push records of any length, one takes them, in place. Claims as in Agrona's
 * ManyToOneRingBuffer (M. Thompson), but with stamps beside the blocks instead of zeroed headers.
 *
 *     table    ┌ h+1 │ 70 ┬  ·  │  · ┬ h+3 │ 9 ┬ … ┬ t′+1 │ −2 ┐   stamp │ length of the record that begins here;
 *              └────┬─────┴──────────┴────┬────┴───┴─────┬─────┘   length −n: skip n blocks
 *     blocks   ┌────┴───────┬────────────┬┴───────┬──────┴─────┐
 *              │ record (70 bytes)       │ record │   skipped  │   64 bytes each; a record never wraps
 *              └────────────┴────────────┴────────┴────────────┘
 *
 * A position counts blocks.
 *
 * INVARIANT  stamp of block p = p + 1   a record, or a skip, begins at position p and is complete.
 * INVARIANT  whoever moved the tail owns the blocks between; the consumer owns head … tail once they are stamped, and
 *            gives them back by storing the head.
 */

/**
 * Pushes `length` bytes from `from`. Answers 1, `NONE`, `ENDED`. With the address of the caller's credits instead of 0 it
 * uses up the room of one reserved record; then `NONE` is no answer.
 */
export function recordPush(ring: i32, from: i32, length: i32, credits: i32): i32 {
  const mask: i32 = load<i32>(ring, MASK)
  const blocks: i32 = load<i32>(ring, SLOTS)
  const table: i32 = load<i32>(ring, TABLE)
  const refusing: i32 = credits !== 0 ? CLOSED_BY_RECEIVERS : CLOSED
  const credit: i32 = credits !== 0 ? load<i32>(ring, SLOT_BYTES) : 0
  const need: i32 = length === 0 ? 1 : (length + 63) >>> 6
  while (true) {
    const tail: i32 = atomic.load<i32>(ring, TAIL)
    const state: i32 = atomic.load<i32>(ring, STATE)
    if ((state & refusing) !== 0) return ENDED
    const index: i32 = tail & mask
    const behind: i32 = mask + 1 - index
    const skip: i32 = need > behind ? behind : 0
    if (credits === 0) {
      // The end of what this push, and those with credits, may use; it is free if the head is less than a lap behind it.
      const end: i32 = (tail + skip + need + (state & RESERVED) - mask - 1) | 0
      if (((end - atomic.load<i32>(ring, SEEN_HEAD)) | 0) > 0) {
        const head: i32 = atomic.load<i32>(ring, HEAD)
        atomic.store<i32>(ring, head, SEEN_HEAD)
        if (((end - head) | 0) > 0) return NONE
      }
    }
    if (claim.tail(ring, tail, state, (tail + skip + need) | 0, state - credit, credits)) {
      const place: i32 = (index + skip) & mask
      memory.copy(blocks + (place << 6), from, length)
      store<i32>(table + (place << 3), length, LENGTH)
      atomic.store<i32>(table + (place << 3), (tail + skip + 1) | 0) // Publishes the record; observed in recordPeek().
      if (skip !== 0) {
        store<i32>(table + (index << 3), -skip, LENGTH)
        atomic.store<i32>(table + (index << 3), (tail + 1) | 0)
      }
      wake(ring + PARKED_RECEIVERS)
      return 1
    }
  }
}

/**
 * Looks at the oldest record: at `out` its address, then its length. It stays where it is until recordDrop(). Answers
 * 1, `NONE`, `ENDED`, `BUSY`. One thread at a time may call this and recordDrop().
 */
export function recordPeek(ring: i32, out: i32): i32 {
  const mask: i32 = load<i32>(ring, MASK)
  const table: i32 = load<i32>(ring, TABLE)
  let spins: i32 = 0
  while (true) {
    const head: i32 = atomic.load<i32>(ring, HEAD)
    const place: i32 = head & mask
    const entry: i32 = table + (place << 3)
    if (atomic.load<i32>(entry) === ((head + 1) | 0)) {
      const length: i32 = load<i32>(entry, LENGTH)
      if (length >= 0) {
        store<i32>(out, load<i32>(ring, SLOTS) + (place << 6))
        store<i32>(out, length, LENGTH)
        return 1
      }
      atomic.store<i32>(ring, (head - length) | 0, HEAD)
      wake(ring + PARKED_SENDERS)
    } else {
      // Looks a while before it asks why: the tail is a line that producers fight for.
      spins = spins + 1
      if (spins > SPINS) {
        const idle: i32 = slotIdle(ring, head)
        if (idle <= 0) return idle
      }
    }
  }
}

/** Gives the blocks of the oldest record back. Only after recordPeek() answered 1. */
export function recordDrop(ring: i32): void {
  const head: i32 = atomic.load<i32>(ring, HEAD)
  const length: i32 = load<i32>(load<i32>(ring, TABLE) + ((head & load<i32>(ring, MASK)) << 3), LENGTH)
  const used: i32 = length === 0 ? 1 : (length + 63) >>> 6
  atomic.store<i32>(ring, (head + used) | 0, HEAD) // Frees the blocks; observed by the head load in recordPush().
  wake(ring + PARKED_SENDERS)
}

/** Turns a claim of `count` blocks that nobody will publish into a skip. */
export function recordRepair(ring: i32, position: i32, count: i32): void {
  const entry: i32 = load<i32>(ring, TABLE) + ((position & load<i32>(ring, MASK)) << 3)
  // A head past the position took it; so did a stamp of this lap publish it.
  if (((atomic.load<i32>(ring, HEAD) - position) | 0) > 0 || atomic.load<i32>(entry) === ((position + 1) | 0)) return
  store<i32>(entry, -count, LENGTH)
  atomic.store<i32>(entry, (position + 1) | 0)
}

/** Makes a new ring empty, with all stamps a lap behind. Nobody else knows it yet. */
export function recordInit(ring: i32, start: i32): void {
  const mask: i32 = load<i32>(ring, MASK)
  const table: i32 = load<i32>(ring, TABLE)
  store<i32>(ring, start, TAIL)
  store<i32>(ring, start, SEEN_HEAD)
  for (let i: i32 = 0; i <= mask; i++) {
    const position: i32 = (start + i) | 0
    store<i32>(table + ((position & mask) << 3), (position - mask) | 0)
  }
  atomic.store<i32>(ring, start, HEAD)
}
