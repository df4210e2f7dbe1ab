import { arenaOf, BUSY, CAPACITY, type Kernel, LENGTH, slab, slabBlocks, TABLE } from '@millrace/atomics'
import type { Block, SlabRing, SlabRingHandle, SlabRingOptions } from './api.ts'
import { checkInteger, checkMultipleOf8, checkNames, disposed } from './check.ts'
import { attach, mark, Place } from './place.ts'

const KIND = 'millrace.slab-ring'
/** How often a call that found another thread in the middle of its own is made again, before that counts as none. */
const RETRIES = 32
/** The most bytes of a block, and of all. */
const MOST_BYTES = 2 ** 30

/**
 * Makes a ring of blocks that travel without being copied: one thread fills a block in place and publishes it, another takes
 * it and reads it in place. Any thread may do either.
 *
 * Blocks are taken in the order in which they were published. A block that a thread has claimed or taken is its own for as
 * long as it likes, and holds nobody up; when the thread ends, crashes or is terminated, the block is free again, with what
 * was in it lost.
 *
 * Two of the kernel's slot queues (D. Vyukov's), of free and of published blocks. Claim, publish, take and dispose cost a call
 * into WebAssembly each, at any length. Memory: all blocks at once. It is freed when the last thread disposed its view and its blocks, or
 * ended. Throws `TypeError` or `RangeError` for options that make no ring, and `RangeError` if its memory does not fit into the arena.
 *
 * @example
 * import { attachSlabRing, slabRing } from '@millrace/ring/shared'
 *
 * const ring = slabRing({ capacity: 4, blockBytes: 65_536 })
 * const full = ring.claim()
 * full?.bytes.fill(7, 0, 1000)
 * full?.publish(1000) // => true
 *
 * const same = attachSlabRing(ring.handle) // mostly in another thread, which got the handle by postMessage or workerData
 * const block = same.take()
 * block?.bytes.length // => 1000
 * block?.[Symbol.dispose]() // or declare it with `using`
 */
export function slabRing(options: SlabRingOptions): SlabRing {
  checkNames(options, ['capacity', 'blockBytes', 'blocks', 'arena'])
  const { capacity, blockBytes } = options
  const arena = arenaOf(options)
  checkInteger('capacity', capacity, 1, 2 ** 20)
  const { blocks = 2 * capacity + 2 } = options
  checkInteger('blocks', blocks, capacity, 2 ** 22)
  checkMultipleOf8('blockBytes', blockBytes, MOST_BYTES)
  if (blocks * blockBytes > MOST_BYTES) {
    throw new RangeError(`blocks: expected at most 2 ** 30 bytes in all, got ${blocks} of ${blockBytes}`)
  }
  const object = slab(arena, { capacity, blocks, blockBytes })
  const handle = { ...mark(arena, object, { bytes: blockBytes, blocks }), kind: KIND } as const
  return new SharedSlab(new Place(arena, handle, 'producer'), handle)
}

/** A view of a slab ring in this thread, mostly of one that another thread made. Throws `TypeError` if no thread has the ring any more. */
export function attachSlabRing(handle: SlabRingHandle): SlabRing {
  return new SharedSlab(attach(handle, KIND, 'producer'), handle)
}

/**
 * The kernel's slab, as blocks. Contract: `SlabRing`.
 *
 * INVARIANT  this view is counted in the arena while it is not disposed, or has blocks that are not given back.
 */
class SharedSlab implements SlabRing {
  readonly handle: SlabRingHandle
  readonly capacity: number
  readonly blockBytes: number
  readonly #place: Place
  readonly #kernel: Kernel
  readonly #slab: number
  readonly #participant: number
  readonly #buffer: ArrayBufferLike
  readonly #i32: Int32Array
  /** Where the length of block 0 lies, as an index of words. */
  readonly #lengths: number
  /** Where block 0 begins. */
  readonly #blocks: number
  #lent = 0
  #isDisposed = false

  constructor(place: Place, handle: SlabRingHandle) {
    const { arena, object } = place
    this.handle = handle
    this.capacity = place.word(CAPACITY)
    this.blockBytes = place.bytes
    this.#place = place
    this.#kernel = arena.kernel
    this.#slab = object
    this.#participant = arena.participant
    this.#lengths = (place.word(TABLE) + LENGTH) >>> 2
    this.#blocks = slabBlocks(arena, object)
    const { i32 } = arena.views(this.#blocks + place.blocks * this.blockBytes)
    this.#i32 = i32
    this.#buffer = i32.buffer
  }

  get length(): number {
    return this.#isDisposed ? 0 : this.#kernel.slotLength(this.#slab)
  }

  claim(): Block | undefined {
    if (this.#isDisposed) disposed()
    let answer = this.#kernel.slabClaim(this.#slab, this.#participant)
    for (let i = 0; answer === BUSY && i < RETRIES; i++) answer = this.#kernel.slabClaim(this.#slab, this.#participant)
    return answer > 0 ? this.#lend(answer - 1, this.blockBytes) : undefined
  }

  take(): Block | undefined {
    if (this.#isDisposed) disposed()
    let answer = this.#kernel.slabTake(this.#slab, this.#participant)
    for (let i = 0; answer === BUSY && i < RETRIES; i++) answer = this.#kernel.slabTake(this.#slab, this.#participant)
    return answer > 0 ? this.#lend(answer - 1, this.#i32[this.#lengths + (answer - 1) * 2] as number) : undefined
  }

  /** Publishes a block of this view. */
  publish(number: number, length: number): boolean {
    let answer = this.#kernel.slabPublish(this.#slab, number, length, 0)
    for (let i = 0; answer === BUSY && i < RETRIES; i++) {
      answer = this.#kernel.slabPublish(this.#slab, number, length, 0)
    }
    if (answer <= 0) return false
    this.#returned()
    return true
  }

  /** Frees a block of this view. */
  free(number: number): void {
    this.#kernel.slabFree(this.#slab, number)
    this.#returned()
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    if (this.#lent === 0) this.#place.leave()
  }

  #lend(number: number, length: number): Block {
    this.#lent++
    return new SlabBlock(this, number, new Uint8Array(this.#buffer, this.#blocks + number * this.blockBytes, length))
  }

  #returned(): void {
    this.#lent--
    if (this.#isDisposed && this.#lent === 0) this.#place.leave()
  }
}

/** A block that this thread owns. Contract: `Block`. */
class SlabBlock implements Block {
  readonly #number: number
  #slab: SharedSlab | undefined
  #bytes: Uint8Array | undefined

  constructor(slab: SharedSlab, number: number, bytes: Uint8Array) {
    this.#slab = slab
    this.#number = number
    this.#bytes = bytes
  }

  get bytes(): Uint8Array {
    return this.#bytes ?? over()
  }

  publish(length: number = this.bytes.length): boolean {
    const slab = this.#slab ?? over()
    if (!Number.isInteger(length) || length < 0 || length > slab.blockBytes) {
      throw new RangeError(`length: expected an integer from 0 to ${slab.blockBytes}, got ${String(length)}`)
    }
    if (!slab.publish(this.#number, length)) return false
    this.#forget()
    return true
  }

  [Symbol.dispose](): void {
    const slab = this.#slab
    if (slab === undefined) return
    this.#forget()
    slab.free(this.#number)
  }

  #forget(): void {
    this.#slab = undefined
    this.#bytes = undefined
  }
}

function over(): never {
  throw new TypeError('block: it was published or disposed')
}
