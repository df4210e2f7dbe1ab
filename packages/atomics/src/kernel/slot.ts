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
  SEEN_HEAD,
  SLOT_BYTES,
  SLOTS,
  SPINS,
  STATE,
  TAIL,
} from './layout.ts'
import { wake } from './park.ts'

/**
 * The slot queue: any thread pushes, any thread pops. After D. Vyukov's bounded MPMC queue, with a capacity C that need not be
 * the number of slots S, a power of two ≥ max(C, 4).
 *
 *       head                       tail
 *        │                          │
 *        ▼                          ▼
 *      ┌─────┬─────┬─────┬─────┬─────┐    slot of 8 bytes     stamp │ value
 *      │ h+1 │ h+2 │ …   │  t  │ t+1 │    slot of 16 or more    stamp │ length │ payload …
 *      └─────┴─────┴─────┴─────┴─────┘
 *
 * INVARIANT  stamp = p      the slot waits for the push at position p; the pop at p − S is over
 *            stamp = p + 1  the slot holds the value of position p
 *            stamp = p + 2  whoever claimed position p for a push died; pops skip it
 * INVARIANT  whoever moved the tail (or the head) past p owns the slot of p until it stores the next stamp.
 * INVARIANT  tail and state move as one pair: nothing is accepted after a close, and never more than C − reserved.
 * INVARIANT  between a claim and its publish there is no call and no jump back: nowhere a thread could be terminated.
 */

/** Pushes one value of one word (slots of 8 bytes) or two (slots of 16). Answers 1, `NONE` full, `ENDED` closed, `BUSY`. */
export function slotPush(queue: i32, low: i32, high: i32): i32 {
  const mask: i32 = load<i32>(queue, MASK)
  const bytes: i32 = load<i32>(queue, SLOT_BYTES)
  const slots: i32 = load<i32>(queue, SLOTS)
  const capacity: i32 = load<i32>(queue, CAPACITY)
  let spins: i32 = 0
  while (true) {
    const tail: i32 = atomic.load<i32>(queue, TAIL)
    const state: i32 = atomic.load<i32>(queue, STATE)
    if ((state & CLOSED) !== 0) return ENDED
    // The position whose pop makes room for this push; its stamp says whether that was.
    const last: i32 = (tail + state - capacity) | 0
    const slot: i32 = slots + (tail & mask) * bytes
    if (
      atomic.load<i32>(slot) === tail &&
      atomic.load<i32>(slots + (last & mask) * bytes) === ((last + mask + 1) | 0)
    ) {
      if (claim.tail(queue, tail, state, (tail + 1) | 0, state, 0)) {
        if (bytes === 8) {
          store<i32>(slot, low, LENGTH)
        } else {
          store<i32>(slot, low, PAYLOAD)
          store<i32>(slot, high, PAYLOAD + 4)
        }
        atomic.store<i32>(slot, (tail + 1) | 0) // Publishes the payload; observed by the stamp load in slotPop().
        wake(queue + PARKED_RECEIVERS)
        return 1
      }
    } else {
      // Looks a while before it asks why: the head is a line that consumers fight for.
      spins = spins + 1
      if (spins > SPINS) {
        if (((last - atomic.load<i32>(queue, HEAD)) | 0) >= 0) return NONE
        // A consumer that claimed an older position still copies it.
        if (tail === atomic.load<i32>(queue, TAIL)) return BUSY
      }
    }
  }
}

/**
 * Pops the oldest value as the image of its slot at `out`: word 1 a value of one word or the length, payload from byte 8.
 * Answers 1, `NONE` empty, `ENDED` closed and drained, `BUSY`.
 */
export function slotPop(queue: i32, out: i32): i32 {
  const mask: i32 = load<i32>(queue, MASK)
  const bytes: i32 = load<i32>(queue, SLOT_BYTES)
  const slots: i32 = load<i32>(queue, SLOTS)
  let spins: i32 = 0
  while (true) {
    const head: i32 = atomic.load<i32>(queue, HEAD)
    const slot: i32 = slots + (head & mask) * bytes
    const turn: i32 = (atomic.load<i32>(slot) - head) | 0
    if (turn === 1) {
      if (claim.head(queue, head, (head + 1) | 0)) {
        const length: i32 = load<i32>(slot, LENGTH)
        store<i32>(out, length, LENGTH)
        if (bytes === 16) {
          store<i32>(out, load<i32>(slot, PAYLOAD), PAYLOAD)
          store<i32>(out, load<i32>(slot, PAYLOAD + 4), PAYLOAD + 4)
        } else if (bytes > 16) {
          memory.copy(out + PAYLOAD, slot + PAYLOAD, length)
        }
        atomic.store<i32>(slot, (head + mask + 1) | 0) // Frees the slot; observed by the stamp loads of pushes.
        wake(queue + PARKED_SENDERS)
        return 1
      }
    } else if (turn === 2) {
      slotSkip(queue, head, slot, mask)
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

/** Why nothing can be taken at this head: `NONE`, `ENDED`, `BUSY`, or 1 if it moved on. */
export function slotIdle(queue: i32, head: i32): i32 {
  const state: i32 = atomic.load<i32>(queue, STATE)
  // After a close by receivers, or by senders with no credit out, the tail read next is the last there is.
  if (atomic.load<i32>(queue, TAIL) === head) {
    if ((state & CLOSED_BY_RECEIVERS) !== 0) return ENDED
    return (state & CLOSED) !== 0 && (state & RESERVED) === 0 ? ENDED : NONE
  }
  return atomic.load<i32>(queue, HEAD) === head ? BUSY : 1
}

/** Takes a position away that no push will publish any more. */
export function slotSkip(queue: i32, head: i32, slot: i32, mask: i32): void {
  if (claim.head(queue, head, (head + 1) | 0)) {
    atomic.store<i32>(slot, (head + mask + 1) | 0)
    wake(queue + PARKED_SENDERS)
  }
}

/** How many values were pushed and not popped, at one moment of this call. */
export function slotLength(queue: i32): i32 {
  while (true) {
    const head: i32 = atomic.load<i32>(queue, HEAD)
    const tail: i32 = atomic.load<i32>(queue, TAIL)
    if (head === atomic.load<i32>(queue, HEAD)) return (tail - head) | 0
  }
}

/** Makes a new object's slots wait for the pushes from position `start` on. Nobody else knows the object yet. */
export function slotInit(queue: i32, start: i32): void {
  const mask: i32 = load<i32>(queue, MASK)
  const bytes: i32 = load<i32>(queue, SLOT_BYTES)
  const slots: i32 = load<i32>(queue, SLOTS)
  store<i32>(queue, start, TAIL)
  store<i32>(queue, start, SEEN_HEAD)
  for (let i: i32 = 0; i <= mask; i++) {
    const position: i32 = (start + i) | 0
    store<i32>(slots + (position & mask) * bytes, position)
  }
  atomic.store<i32>(queue, start, HEAD)
}
