import {
  BUSY,
  CAPACITY,
  CLOSED,
  CLOSED_BY_RECEIVERS,
  ENDED,
  FREE_QUEUE,
  HEAD,
  LENGTH,
  MASK,
  NONE,
  PARKED_RECEIVERS,
  PARKED_SENDERS,
  RESERVED,
  SLAB_ABANDONED,
  SLAB_BLOCKS,
  SLOTS,
  SPINS,
  STATE,
  TABLE,
  TAIL,
} from './layout.ts'
import { wake } from './park.ts'
import { slotIdle, slotSkip } from './slot.ts'

/**
 * The slab: blocks that somebody fills or reads in place, for as long as it likes, while nothing stands still.
 *
 *     ┌──────┐  claim  ┌─────────┐  publish  ┌───────┐  take  ┌─────────┐  free
 *     │ free │ ──────▶ │ owned   │ ────────▶ │ ready │ ─────▶ │ owned   │ ──────▶ free
 *     └──────┘         └─────────┘           └───────┘        └─────────┘
 *     a slot queue of      owner │ length       a slot queue of numbers: the object's own,
 *     block numbers        in the table         with its close, credits and parking
 *
 * INVARIANT  a block is in the free queue, in the ready queue, or has an owner; owner = participant + 1, or 0. Or it is nobody's,
 *            since a thread that is not repaired yet died over the place where it would go: then whoever finds none free takes it.
 *            The owner word changes between the claim of a queue's position and its publish, so a death leaves no block in between.
 */

/** Owner of a block that is nobody's. */
export const NOBODY: i32 = -1

/** Takes a free block for the caller to fill. Answers its number + 1, `NONE`, `BUSY`. */
export function slabClaim(slab: i32, participant: i32): i32 {
  const answer: i32 = slabPop(load<i32>(slab, FREE_QUEUE), load<i32>(slab, TABLE), participant)
  if (answer > 0 || atomic.load<i32>(slab, SLAB_ABANDONED) === 0) return answer
  const adopted: i32 = slabAdopt(slab, participant)
  return adopted > 0 ? adopted : answer
}

/** Takes the oldest block that was published. Answers its number + 1, `NONE`, `ENDED`, `BUSY`. */
export function slabTake(slab: i32, participant: i32): i32 {
  return slabPop(slab, load<i32>(slab, TABLE), participant)
}

/** Publishes a block the caller owns, with the length of what is in it; `credits` as in slotPushMany(). Answers 1, `NONE`, `ENDED`, `BUSY`. */
export function slabPublish(slab: i32, number: i32, length: i32, credits: i32): i32 {
  const table: i32 = load<i32>(slab, TABLE)
  store<i32>(table + (number << 3), length, LENGTH)
  return slabPush(slab, table, number, credits)
}

/** Gives a block the caller owns back. */
export function slabFree(slab: i32, number: i32): void {
  const table: i32 = load<i32>(slab, TABLE)
  let answer: i32 = BUSY
  for (let spins: i32 = 0; spins < SPINS && answer === BUSY; spins++) {
    answer = slabPush(load<i32>(slab, FREE_QUEUE), table, number, 0)
  }
  if (answer === BUSY) {
    // Counted before it can be found, so that who finds it counts it out after.
    atomic.add<i32>(slab, 1, SLAB_ABANDONED)
    atomic.store<i32>(table + (number << 3), NOBODY) // Gives it to whoever looks; observed in slabAdopt().
  }
  // Who found no free block parked at the slab, not at its free queue.
  wake(slab + PARKED_SENDERS)
}

/** Takes a block that is nobody's: its number + 1, or 0. */
export function slabAdopt(slab: i32, participant: i32): i32 {
  const table: i32 = load<i32>(slab, TABLE)
  const blocks: i32 = load<i32>(slab, SLAB_BLOCKS)
  for (let number: i32 = 0; number < blocks; number++) {
    const owner: i32 = table + (number << 3)
    if (atomic.load<i32>(owner) === NOBODY && atomic.cmpxchg<i32>(owner, NOBODY, participant + 1) === NOBODY) {
      atomic.sub<i32>(slab, 1, SLAB_ABANDONED)
      return number + 1
    }
  }
  return NONE
}

/** Takes the oldest number of a queue, and owns its block. */
export function slabPop(queue: i32, table: i32, participant: i32): i32 {
  const mask: i32 = load<i32>(queue, MASK)
  const slots: i32 = load<i32>(queue, SLOTS)
  let spins: i32 = 0
  while (true) {
    const head: i32 = atomic.load<i32>(queue, HEAD)
    const slot: i32 = slots + ((head & mask) << 3)
    const turn: i32 = (atomic.load<i32>(slot) - head) | 0
    if (turn === 1) {
      if (claim.head(queue, head, (head + 1) | 0)) {
        const number: i32 = load<i32>(slot, LENGTH)
        atomic.store<i32>(table + (number << 3), participant + 1)
        atomic.store<i32>(slot, (head + mask + 1) | 0)
        wake(queue + PARKED_SENDERS)
        return number + 1
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

/** Puts a number into a queue, and owns its block no more. */
export function slabPush(queue: i32, table: i32, number: i32, credits: i32): i32 {
  const mask: i32 = load<i32>(queue, MASK)
  const slots: i32 = load<i32>(queue, SLOTS)
  const capacity: i32 = load<i32>(queue, CAPACITY)
  const refusing: i32 = credits !== 0 ? CLOSED_BY_RECEIVERS : CLOSED
  const credit: i32 = credits !== 0 ? 1 : 0
  let spins: i32 = 0
  while (true) {
    const tail: i32 = atomic.load<i32>(queue, TAIL)
    const state: i32 = atomic.load<i32>(queue, STATE)
    if ((state & refusing) !== 0) return ENDED
    const used: i32 = (tail - atomic.load<i32>(queue, HEAD)) | 0
    if (credits === 0 && used + (state & RESERVED) >= capacity) return NONE
    const slot: i32 = slots + ((tail & mask) << 3)
    if (atomic.load<i32>(slot) === tail) {
      if (claim.tail(queue, tail, state, (tail + 1) | 0, state - credit, credits)) {
        store<i32>(slot, number, LENGTH)
        atomic.store<i32>(table + (number << 3), 0)
        atomic.store<i32>(slot, (tail + 1) | 0) // Publishes the block; observed by the stamp load in slabPop().
        wake(queue + PARKED_RECEIVERS)
        return 1
      }
    } else {
      spins = spins + 1
      if (spins > SPINS) return BUSY
    }
  }
}

/** Frees the blocks a dead participant owned. */
export function slabRepair(slab: i32, participant: i32): void {
  const table: i32 = load<i32>(slab, TABLE)
  const blocks: i32 = load<i32>(slab, SLAB_BLOCKS)
  for (let number: i32 = 0; number < blocks; number++) {
    if (atomic.load<i32>(table + (number << 3)) === participant + 1) slabFree(slab, number)
  }
}

/** Gives a block to a participant that died over taking it. */
export function slabOwn(queue: i32, number: i32, participant: i32): void {
  atomic.store<i32>(load<i32>(queue, TABLE) + (number << 3), participant + 1)
}

/** Makes a new slab's blocks free, all of them. Both queues were made; nobody else knows the slab yet. */
export function slabInit(slab: i32): void {
  const table: i32 = load<i32>(slab, TABLE)
  const blocks: i32 = load<i32>(slab, SLAB_BLOCKS)
  for (let number: i32 = 0; number < blocks; number++) {
    slabPush(load<i32>(slab, FREE_QUEUE), table, number, 0)
  }
}
