import { type Arena, bareObject } from '@millrace/atomics'
import type { Bytes } from '@millrace/ring/codec'

/** Bytes behind the end, for who uses the top without taking it: as many may be used so. */
const UNTAKEN_BYTES = 8192

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
 * may run its getters, and those may send something else on this thread before the bytes of the first have left; so may who
 * reads borrowed bytes. What no longer fits goes to a further block, which is kept for the next time.
 *
 * INVARIANT  who takes gives back in the same synchronous call, in the opposite order.
 * INVARIANT  they never move. Who needs more from the start gets others, twice as many; the death of the thread frees them all.
 */
export class Scratch {
  /** How many there are, without further blocks. */
  readonly bytes: number
  readonly #arena: Arena
  readonly #start: number
  readonly #end: number
  #top: number
  #further: Scratch | undefined

  constructor(arena: Arena, bytes: number) {
    this.bytes = bytes
    this.#arena = arena
    this.#start = bareObject(arena, { dataBytes: bytes + UNTAKEN_BYTES }) + arena.headerBytes
    this.#end = this.#start + bytes
    this.#top = this.#start
  }

  /** Views that cover all that was ever taken. */
  get views(): Bytes {
    return this.#arena.views()
  }

  /** The address of 8192 bytes that nobody took. Whoever uses them without taking runs no code of the user meanwhile. */
  get top(): number {
    return this.#top
  }

  /**
   * The address of as many bytes, a multiple of 8. Views that were made before need not cover it: `views` do. Throws what the
   * arena throws if it has no room for a further block.
   */
  take(bytes: number): number {
    const address = this.#top
    if (address + bytes > this.#end) return this.#takeFurther(bytes)
    this.#top = address + bytes
    return address
  }

  /** Gives back what was taken at this address, and all that was taken later. */
  giveBack(address: number): void {
    if (address >= this.#start && address <= this.#end) this.#top = address
    else this.#further?.giveBack(address)
  }

  #takeFurther(bytes: number): number {
    this.#further ??= new Scratch(this.#arena, 2 * Math.max(bytes, this.bytes))
    return this.#further.take(bytes)
  }
}
