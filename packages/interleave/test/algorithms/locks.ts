import type { SharedMemory } from '@millrace/interleave'

/** A way into a section and out of it, for the actor with this number, 0 or 1. */
export interface Lock {
  enter(me: number): void
  leave(me: number): void
}

export const LOCK_NAMES: Readonly<Record<number, string>> = {
  0: 'flag0',
  4: 'flag1',
  8: 'turn',
  12: 'inside',
  16: 'next',
  20: 'serving',
}

const flagOf = (actor: number) => 4 * actor
const TURN = 8
const INSIDE = 12
const NEXT = 16
const SERVING = 20

/** G. L. Peterson's lock; broken if the turn is given away before the flag is up. */
export function peterson({ atomic }: SharedMemory, isBroken = false): Lock {
  return {
    enter(me) {
      const other = 1 - me
      if (isBroken) atomic.store(TURN, other)
      atomic.store(flagOf(me), 1)
      if (!isBroken) atomic.store(TURN, other)
      while (atomic.load(flagOf(other)) === 1 && atomic.load(TURN) === other);
    },
    leave(me) {
      atomic.store(flagOf(me), 0)
    },
  }
}

/** T. Dekker's lock; broken if the flag goes up after the other's was looked at. */
export function dekker({ atomic }: SharedMemory, isBroken = false): Lock {
  return {
    enter(me) {
      const other = 1 - me
      if (!isBroken) atomic.store(flagOf(me), 1)
      while (atomic.load(flagOf(other)) === 1) {
        if (atomic.load(TURN) === me) continue
        atomic.store(flagOf(me), 0)
        while (atomic.load(TURN) !== me);
        atomic.store(flagOf(me), 1)
      }
      if (isBroken) atomic.store(flagOf(me), 1)
    },
    leave(me) {
      atomic.store(TURN, 1 - me)
      atomic.store(flagOf(me), 0)
    },
  }
}

/** First come, first served; broken if the ticket is drawn by a load and a store. */
export function ticketLock({ atomic }: SharedMemory, isBroken = false): Lock {
  function draw(): number {
    if (!isBroken) return atomic.add(NEXT, 1)
    const ticket = atomic.load(NEXT)
    atomic.store(NEXT, ticket + 1)
    return ticket
  }
  return {
    enter() {
      const ticket = draw()
      while (atomic.load(SERVING) !== ticket);
    },
    leave() {
      atomic.add(SERVING, 1)
    },
  }
}

/** Enters once, and throws if somebody else is inside. */
export function visit({ load, store }: SharedMemory, lock: Lock, me: number): void {
  lock.enter(me)
  if (load(INSIDE) !== 0) throw new Error('two are inside')
  store(INSIDE, 1)
  store(INSIDE, 0)
  lock.leave(me)
}
