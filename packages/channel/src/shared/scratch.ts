import { type Arena, bareObject } from '@millrace/atomics'

const scratches = new WeakMap<Arena, Scratch>()

/** This thread's scratch in an arena, with at least as many bytes. */
export function scratchOf(arena: Arena, bytes: number): Scratch {
  const found = scratches.get(arena)
  if (found !== undefined && found.bytes >= bytes) return found
  const scratch = new Scratch(arena, Math.max(bytes, 2 * (found?.bytes ?? 0)))
  scratches.set(arena, scratch)
  return scratch
}

/**
 * Bytes of one thread where values lie on their way between the heap and a channel, taken from like a stack: encoding a value
 * may run its getters, and those may send something else on this thread before the bytes of the first have left.
 *
 * INVARIANT  who takes gives back in the same synchronous call, in the opposite order.
 * INVARIANT  they never move, since views are made to cover them once. Who needs more gets others, twice as many; the death of
 *            the thread frees them all.
 */
export class Scratch {
  /** How many there are. */
  readonly bytes: number
  readonly #end: number
  #top: number

  constructor(arena: Arena, bytes: number) {
    this.bytes = bytes
    this.#top = bareObject(arena, { dataBytes: bytes }) + arena.headerBytes
    this.#end = this.#top + bytes
  }

  /** The address of the bytes that nobody took. Whoever uses them without taking runs no code of the user meanwhile. */
  get top(): number {
    return this.#top
  }

  /** The address of as many bytes, a multiple of 8. */
  take(bytes: number): number {
    const address = this.#top
    if (address + bytes > this.#end) throw new RangeError('scratch: too many values are sent from within each other')
    this.#top = address + bytes
    return address
  }

  /** Gives back what was taken at this address, and all that was taken later. */
  giveBack(address: number): void {
    this.#top = address
  }
}
