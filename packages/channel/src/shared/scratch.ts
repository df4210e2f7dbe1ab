import type { Arena } from '@millrace/atomics'

const scratches = new WeakMap<Arena, Scratch>()

/** This thread's scratch in an arena, with at least as many bytes in all. */
export function scratchOf(arena: Arena, bytes: number): Scratch {
  let scratch = scratches.get(arena)
  if (scratch === undefined) {
    scratch = new Scratch(arena)
    scratches.set(arena, scratch)
  }
  scratch.grow(bytes)
  return scratch
}

/**
 * A thread's scratch block, taken from like a stack: encoding a value may run its getters, and those may send something
 * else on this thread before the bytes of the first have left the block.
 *
 * INVARIANT  who takes gives back in the same synchronous call, in the opposite order.
 */
export class Scratch {
  readonly #arena: Arena
  #bytes = 0
  #start = 0
  #top = 0

  constructor(arena: Arena) {
    this.#arena = arena
  }

  /** Makes it large enough. Throws `RangeError` from within an encoding. */
  grow(bytes: number): void {
    if (bytes <= this.#bytes) return
    if (this.#top > this.#start)
      throw new RangeError('scratch: a larger channel cannot be opened while a value is being encoded')
    this.#start = this.#top = this.#arena.scratch(bytes)
    this.#bytes = bytes
  }

  /** The address of the bytes that nobody took. Whoever uses them without taking runs no code of the user meanwhile. */
  get top(): number {
    return this.#top
  }

  /** The address of as many bytes, a multiple of 8. */
  take(bytes: number): number {
    const address = this.#top
    if (address + bytes > this.#start + this.#bytes)
      throw new RangeError('scratch: too many values are sent from within each other')
    this.#top = address + bytes
    return address
  }

  /** Gives back what was taken at this address, and all that was taken later. */
  giveBack(address: number): void {
    this.#top = address
  }
}
