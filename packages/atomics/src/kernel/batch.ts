import {
  BUSY,
  CAPACITY,
  CLOSED,
  CLOSED_BY_RECEIVERS,
  ENDED,
  HEAD,
  LENGTH,
  MASK,
  NONE,
  PARKED_RECEIVERS,
  PARKED_SENDERS,
  PAYLOAD,
  RESERVED,
  SLOT_BYTES,
  SLOTS,
  SPINS,
  STATE,
  TAIL,
} from './layout.ts'
import { wake } from './park.ts'
import { slotIdle, slotSkip } from './slot.ts'

/**
 * Many values in one claim, and pushes against a credit.
 *
 * Values travel as *images*: slots as they will lie in the queue, one behind the other in the caller's scratch block. All
 * stamps are written into the images before the claim, so that after it the kernel only copies (twice, where the images
 * wrap) and stores one stamp: no loop a thread could be terminated in.
 *
 *     images   ┌ ·  │ a ┬ t+2 │ b ┬ t+3 │ c ┐      ① loop: stamps of all but the first
 *                  │         └── copied ───┘      ② claim t … t+3, copy everything but the first stamp
 *     slots    ┌ t+1 │ a ┬ t+2 │ b ┬ t+3 │ c ┐     ③ the first stamp, atomically
 *                └────── last
 *
 * INVARIANT  positions are claimed in order, by pushes and by pops, and each looks at the stamp of its own slot first. So
 *            until the first stamp of a batch is stored nobody claims any slot of it, and the others may be plain stores.
 */

/**
 * Pushes up to `n` values of any size from their images. Answers how many, `NONE`, `ENDED`, or `BUSY`. With the
 * address of the caller's credits instead of 0 it uses up a credit a value: then there is room, also after the senders
 * closed, and `NONE` is no answer.
 */
export function slotPushMany(queue: i32, images: i32, n: i32, credits: i32): i32 {
  const mask: i32 = load<i32>(queue, MASK)
  const bytes: i32 = load<i32>(queue, SLOT_BYTES)
  const slots: i32 = load<i32>(queue, SLOTS)
  const capacity: i32 = load<i32>(queue, CAPACITY)
  const refusing: i32 = credits !== 0 ? CLOSED_BY_RECEIVERS : CLOSED
  let spins: i32 = 0
  while (true) {
    const tail: i32 = atomic.load<i32>(queue, TAIL)
    const state: i32 = atomic.load<i32>(queue, STATE)
    if ((state & refusing) !== 0) return ENDED
    let room: i32 = n
    if (credits === 0) {
      const free: i32 = (capacity - (state & RESERVED) - ((tail - atomic.load<i32>(queue, HEAD)) | 0)) | 0
      if (free <= 0) return NONE
      if (free < room) room = free
    }
    let count: i32 = 0
    while (count < room && atomic.load<i32>(slots + ((tail + count) & mask) * bytes) === ((tail + count) | 0)) {
      if (count > 0) store<i32>(images + count * bytes, (tail + count + 1) | 0)
      count = count + 1
    }
    if (count > 0) {
      const index: i32 = tail & mask
      const first: i32 = slots + index * bytes
      const unwrapped: i32 = mask + 1 - index < count ? mask + 1 - index : count
      // One large value is copied as far as it goes; a row of images is copied whole.
      const size: i32 = count === 1 && bytes > 16 ? PAYLOAD + load<i32>(images, LENGTH) : unwrapped * bytes
      const wrapped: i32 = (count - unwrapped) * bytes
      if (claim.tail(queue, tail, state, (tail + count) | 0, credits !== 0 ? state - count : state, credits)) {
        memory.copy(first + LENGTH, images + LENGTH, size - LENGTH)
        memory.copy(slots, images + size, wrapped)
        atomic.store<i32>(first, (tail + 1) | 0) // Publishes all; observed by the stamp loads of pops.
        wake(queue + PARKED_RECEIVERS)
        return count
      }
    } else if (tail === atomic.load<i32>(queue, TAIL)) {
      // A consumer that claimed an older position still copies it.
      spins = spins + 1
      if (spins > SPINS) return BUSY
    }
  }
}

/**
 * Pops up to `n` values as images at `out`; their stamps there mean nothing. Meant for slots up to 128 bytes, since it
 * copies each twice. Answers how many, `NONE`, `ENDED`, or `BUSY`.
 */
export function slotPopMany(queue: i32, out: i32, n: i32): i32 {
  const mask: i32 = load<i32>(queue, MASK)
  const bytes: i32 = load<i32>(queue, SLOT_BYTES)
  const slots: i32 = load<i32>(queue, SLOTS)
  let spins: i32 = 0
  while (true) {
    const head: i32 = atomic.load<i32>(queue, HEAD)
    const index: i32 = head & mask
    const first: i32 = slots + index * bytes
    let count: i32 = 0
    while (count < n && atomic.load<i32>(slots + ((head + count) & mask) * bytes) === ((head + count + 1) | 0)) {
      count = count + 1
    }
    if (count > 0) {
      const unwrapped: i32 = mask + 1 - index < count ? mask + 1 - index : count
      const size: i32 = unwrapped * bytes
      const wrapped: i32 = (count - unwrapped) * bytes
      // Copied before the claim: if nobody moved the head meanwhile, nobody touched these slots.
      memory.copy(out, first, size)
      memory.copy(out + size, slots, wrapped)
      for (let i: i32 = 1; i < count; i++) store<i32>(out + i * bytes, (head + i + mask + 1) | 0)
      if (claim.head(queue, head, (head + count) | 0)) {
        memory.copy(first + LENGTH, out + LENGTH, size - LENGTH)
        memory.copy(slots, out + size, wrapped)
        atomic.store<i32>(first, (head + mask + 1) | 0) // Frees all; observed by the stamp loads of pushes.
        wake(queue + PARKED_SENDERS)
        return count
      }
    } else if (atomic.load<i32>(first) === ((head + 2) | 0)) {
      slotSkip(queue, head, first, mask)
    } else {
      // Looks a while before it asks why: the tail is a line that producers fight for.
      spins = spins + 1
      if (spins > SPINS) {
        const idle: i32 = slotIdle(queue, head)
        if (idle <= 0) return idle
      }
    }
  }
}

/** Holds room for `n` values. Answers 1, `NONE` if there is no room for all, `ENDED` if closed. */
export function reserve(object: i32, n: i32, credits: i32): i32 {
  const capacity: i32 = load<i32>(object, CAPACITY)
  while (true) {
    const tail: i32 = atomic.load<i32>(object, TAIL)
    const state: i32 = atomic.load<i32>(object, STATE)
    if ((state & CLOSED) !== 0) return ENDED
    // A head read late only makes room: if the pair did not move, what is free now was free.
    if (((tail - atomic.load<i32>(object, HEAD) + state + n - capacity) | 0) > 0) return NONE
    if (claim.tail(object, tail, state, tail, state + n, credits)) return 1
  }
}

/** Gives the room of `n` credits back. */
export function release(object: i32, n: i32, credits: i32): void {
  while (true) {
    const tail: i32 = atomic.load<i32>(object, TAIL)
    const state: i32 = atomic.load<i32>(object, STATE)
    if (claim.tail(object, tail, state, tail, state - n, credits)) break
  }
  wake(object + PARKED_SENDERS)
  // The last credit after a close is what receivers wait for.
  if ((atomic.load<i32>(object, STATE) & CLOSED) !== 0) wake(object + PARKED_RECEIVERS)
}
