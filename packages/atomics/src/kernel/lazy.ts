import {
  CAPACITY,
  CLOSED,
  ENDED,
  HEAD,
  LAZY_HEAD,
  LAZY_SEEN,
  LAZY_STEP,
  LAZY_TAIL,
  MASK,
  NONE,
  PARKED_RECEIVERS,
  PARKED_SENDERS,
  SEEN_HEAD,
  SLOT_BYTES,
  SLOTS,
  STATE,
  TAIL,
} from './layout.ts'
import { wake } from './park.ts'

/**
 * The lazy ring: one producer, one consumer, and no exchange at all. L. Lamport's ring; each side keeps a copy of the other's
 * index, and publishes its own every few values (batching as in MCRingBuffer, P. Lee et al.).
 *
 *       head published   head        tail published    tail
 *        │                │                │            │
 *        ▼                ▼                ▼            ▼
 *      ┌────────────────┬────────────────┬────────────┐       a slot is payload only: 4, 8 or more bytes;
 *      │ taken, not yet │ to be taken    │ pushed, not│       records of other sizes lead with a word of length
 *      │ given back     │                │ yet shown  │
 *      └────────────────┴────────────────┴────────────┘
 *
 * INVARIANT  the producer alone writes its tail, the tail published and the head it saw; the consumer the other three.
 * INVARIANT  slots between the tail published and the head published + S are the producer's, the others the consumer's.
 *
 * What a producer pushed and did not show dies with it. Room is exact for the producer only after the consumer published;
 * both sides publish before they answer `NONE`.
 */

/** Pushes up to `n` slots from `from`. Answers how many, `NONE`, `ENDED`. */
export function lazyPush(ring: i32, from: i32, n: i32): i32 {
  if ((atomic.load<i32>(ring, STATE) & CLOSED) !== 0) return ENDED
  const mask: i32 = load<i32>(ring, MASK)
  const bytes: i32 = load<i32>(ring, SLOT_BYTES)
  const slots: i32 = load<i32>(ring, SLOTS)
  const tail: i32 = load<i32>(ring, LAZY_TAIL)
  const count: i32 = lazyRoom(ring, tail, n)
  if (count <= 0) return NONE
  const index: i32 = tail & mask
  const unwrapped: i32 = mask + 1 - index < count ? mask + 1 - index : count
  memory.copy(slots + index * bytes, from, unwrapped * bytes)
  memory.copy(slots, from + unwrapped * bytes, (count - unwrapped) * bytes)
  store<i32>(ring, (tail + count) | 0, LAZY_TAIL)
  lazyShow(ring, (tail + count) | 0)
  return count
}

/** Pushes one value of one word (slots of 4 bytes) or two (slots of 8). Answers 1, `NONE`, `ENDED`. */
export function lazyPushWords(ring: i32, low: i32, high: i32): i32 {
  if ((atomic.load<i32>(ring, STATE) & CLOSED) !== 0) return ENDED
  const bytes: i32 = load<i32>(ring, SLOT_BYTES)
  const tail: i32 = load<i32>(ring, LAZY_TAIL)
  if (lazyRoom(ring, tail, 1) <= 0) return NONE
  const slot: i32 = load<i32>(ring, SLOTS) + (tail & load<i32>(ring, MASK)) * bytes
  store<i32>(slot, low)
  if (bytes === 8) store<i32>(slot, high, 4)
  store<i32>(ring, (tail + 1) | 0, LAZY_TAIL)
  lazyShow(ring, (tail + 1) | 0)
  return 1
}

/** Shows what was pushed if it is enough, or if the consumer is parked. */
//@inline
export function lazyShow(ring: i32, tail: i32): void {
  if (
    ((tail - load<i32>(ring, TAIL)) | 0) >= load<i32>(ring, LAZY_STEP) ||
    atomic.load<i32>(ring, PARKED_RECEIVERS) !== 0
  ) {
    lazyFlush(ring)
  }
}

/** How many of `n` values have room; shows what was pushed if none has. */
export function lazyRoom(ring: i32, tail: i32, n: i32): i32 {
  const capacity: i32 = load<i32>(ring, CAPACITY)
  let free: i32 = (capacity - ((tail - load<i32>(ring, SEEN_HEAD)) | 0)) | 0
  if (free < n) {
    const head: i32 = atomic.load<i32>(ring, HEAD)
    store<i32>(ring, head, SEEN_HEAD)
    free = (capacity - ((tail - head) | 0)) | 0
    if (free <= 0) lazyFlush(ring)
  }
  return free < n ? free : n
}

/** Shows the consumer everything that was pushed. */
export function lazyFlush(ring: i32): void {
  const tail: i32 = load<i32>(ring, LAZY_TAIL)
  if (load<i32>(ring, TAIL) === tail) return
  atomic.store<i32>(ring, tail, TAIL) // Publishes the slots; observed by the tail load in lazyPop().
  wake(ring + PARKED_RECEIVERS)
}

/** Pops up to `n` slots to `out`. Answers how many, `NONE` if nothing is shown, `ENDED` if closed and drained. */
export function lazyPop(ring: i32, out: i32, n: i32): i32 {
  const mask: i32 = load<i32>(ring, MASK)
  const bytes: i32 = load<i32>(ring, SLOT_BYTES)
  const slots: i32 = load<i32>(ring, SLOTS)
  const head: i32 = load<i32>(ring, LAZY_HEAD)
  const ready: i32 = lazyReady(ring, head, n)
  if (ready <= 0) return ready
  const index: i32 = head & mask
  const unwrapped: i32 = mask + 1 - index < ready ? mask + 1 - index : ready
  if (bytes === 4 && ready === 1) {
    store<i32>(out, load<i32>(slots + (index << 2)))
  } else {
    memory.copy(out, slots + index * bytes, unwrapped * bytes)
    memory.copy(out + unwrapped * bytes, slots, (ready - unwrapped) * bytes)
  }
  store<i32>(ring, (head + ready) | 0, LAZY_HEAD)
  if (
    ((head + ready - load<i32>(ring, HEAD)) | 0) >= load<i32>(ring, LAZY_STEP) ||
    atomic.load<i32>(ring, PARKED_SENDERS) !== 0
  ) {
    lazyGiveBack(ring)
  }
  return ready
}

/** How many of `n` values can be taken; gives back what was taken if none can. */
export function lazyReady(ring: i32, head: i32, n: i32): i32 {
  let ready: i32 = (load<i32>(ring, LAZY_SEEN) - head) | 0
  if (ready < n) {
    const state: i32 = atomic.load<i32>(ring, STATE) // Before the tail: after a close the tail read next is the last.
    const tail: i32 = atomic.load<i32>(ring, TAIL)
    store<i32>(ring, tail, LAZY_SEEN)
    ready = (tail - head) | 0
    if (ready === 0) {
      lazyGiveBack(ring)
      return (state & CLOSED) !== 0 ? ENDED : NONE
    }
  }
  return ready < n ? ready : n
}

/** Gives all slots that were taken back to the producer. */
export function lazyGiveBack(ring: i32): void {
  const head: i32 = load<i32>(ring, LAZY_HEAD)
  if (load<i32>(ring, HEAD) === head) return
  atomic.store<i32>(ring, head, HEAD) // Frees the slots; observed by the head load in lazyRoom().
  wake(ring + PARKED_SENDERS)
}

/** Makes a new ring empty. Nobody else knows it yet. */
export function lazyInit(ring: i32, start: i32): void {
  store<i32>(ring, start, TAIL)
  store<i32>(ring, start, LAZY_TAIL)
  store<i32>(ring, start, SEEN_HEAD)
  store<i32>(ring, start, LAZY_HEAD)
  store<i32>(ring, start, LAZY_SEEN)
  atomic.store<i32>(ring, start, HEAD)
}
