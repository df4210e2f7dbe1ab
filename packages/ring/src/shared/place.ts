import {
  type Arena,
  attachArena,
  CLOSED_BY_RECEIVERS,
  CLOSED_BY_SENDERS,
  type ObjectHandle,
  STATE,
  USER,
  words,
} from '@millrace/atomics'
import type { RingHandle } from './api.ts'
import { Scratch } from './scratch.ts'

/** Of its codec, the hash. */
const HASH = USER
/** Whether there was a producer, a consumer: of each side that has one end only. */
const TAKEN: Readonly<Record<Side, number>> = { producer: USER + 4, consumer: USER + 8 }
/** What else its views must know: of a record ring the most bytes of a record, of a slab the bytes of a block. */
const BYTES = USER + 12
/** Of a slab, how many blocks. */
const BLOCKS = USER + 16

/** A side of a ring whose two ends differ. A ring of any threads counts its views as producers. */
export type Side = 'producer' | 'consumer'

const ONE: Readonly<Record<Side, readonly [senders: number, receivers: number]>> = {
  producer: [1, 0],
  consumer: [0, 1],
}
const CLOSED_BY: Readonly<Record<Side, number>> = { producer: CLOSED_BY_SENDERS, consumer: CLOSED_BY_RECEIVERS }

/** What is written into a new ring before its handle travels. */
export interface Marks {
  readonly hash?: number
  readonly bytes?: number
  readonly blocks?: number
}

/**
 * A shared ring, as one view of this thread has it.
 *
 * INVARIANT  counted in the arena from construction to `leave`. The last view of all threads frees the memory; a view that
 *            left never reads it again.
 */
export class Place {
  readonly arena: Arena
  readonly handle: ObjectHandle
  readonly #side: Side

  /** Counts the view. Throws `TypeError` if no thread has the ring any more. */
  constructor(arena: Arena, handle: ObjectHandle, side: Side) {
    if (!arena.attach(handle, ...ONE[side])) {
      throw new TypeError('handle: the ring is gone: no thread had it any more')
    }
    this.arena = arena
    this.handle = handle
    this.#side = side
  }

  get object(): number {
    return this.handle.object
  }

  get bytes(): number {
    return words.load(this.arena, this.object + BYTES)
  }

  get blocks(): number {
    return words.load(this.arena, this.object + BLOCKS)
  }

  /** Whether all ends of the other side have left. */
  get otherLeft(): boolean {
    const other = this.#side === 'producer' ? 'consumer' : 'producer'
    return (words.load(this.arena, this.object + STATE) & CLOSED_BY[other]) !== 0
  }

  /** A word of the ring, at this moment. */
  word(offset: number): number {
    return words.load(this.arena, this.object + offset)
  }

  /** Bytes of this view's own. If there is no room for them, the view has left when the `RangeError` comes out. */
  scratch(bytes: number): Scratch {
    try {
      return new Scratch(this.arena, bytes)
    } catch (error) {
      this.leave()
      throw error
    }
  }

  /** Uncounts the view. The last one of a side closes it. */
  leave(): void {
    this.arena.detach(this.object, ...ONE[this.#side])
  }
}

/** Writes what a new ring is. Answers its handle. */
export function mark(arena: Arena, object: number, { hash = 0, bytes = 0, blocks = 0 }: Marks): ObjectHandle {
  words.store(arena, object + HASH, hash)
  words.store(arena, object + BYTES, bytes)
  words.store(arena, object + BLOCKS, blocks)
  return arena.handle(object)
}

/** A view of the ring that a handle leads to. Throws `TypeError` if it is a handle of something else, or the ring is gone, or carries other values. */
export function attach(
  handle: RingHandle<string>,
  kind: string,
  side: Side,
  codec?: { name: string; hash: number },
): Place {
  if (handle?.kind !== kind) {
    throw new TypeError(
      `handle: expected that of a ${kind.replace('millrace.', '')}, got ${handle?.kind ?? String(handle)}`,
    )
  }
  const place = new Place(attachArena(handle.memory), handle, side)
  if (codec !== undefined && place.word(HASH) !== codec.hash) {
    place.leave()
    throw new TypeError(`codec: the memory of this handle does not carry ${codec.name}`)
  }
  return place
}

/**
 * Makes a view the one end of its side for all times: its leaving closes the ring. Throws `TypeError` if there was one.
 *
 * The view is counted before it asks, so whichever thread dies over this leaves the ring closed, not waiting for nobody.
 */
export function takeSide(place: Place, side: Side): void {
  if (words.compareExchange(place.arena, place.object + TAKEN[side], 0, 1) === 0) return
  place.leave()
  throw new TypeError(`handle: the ring has had its ${side}; there is one, and none after it`)
}
