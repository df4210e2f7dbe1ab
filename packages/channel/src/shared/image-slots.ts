import { BUSY, type Kernel, NONE } from '@millrace/atomics'
import type { Value } from '@millrace/ring'
import { type Bytes, type Codec, codecOf } from '@millrace/ring/codec'
import type { WordArray } from './api.ts'
import type { Scratch } from './scratch.ts'
import type { SlotParts, Slots } from './slots.ts'

/** Where an image has its word, or the length of its payload. */
export const LENGTH = 4
/** Where an image has its payload. */
export const PAYLOAD = 8
/** At most as many bytes of images are handed to the kernel at once. */
const BATCH_BYTES = 8192
/** The kernel copies the slots of a batch twice, so large ones go one by one. */
const LARGE_SLOT = 128
/** How often a call that found another thread in the middle of its own is made again, before that counts as full or empty. */
const RETRIES = 32
/** The same for who holds room, where a thread may die in the middle: for some milliseconds. Elsewhere it goes on whatever we do. */
const HELD_RETRIES = 1024

/** Bytes of scratch that slots of a size begin with. Encoding may run the user's code, which may send in turn: so they are enough for two. */
export function scratchBytes(slotBytes: number): number {
  return 2 * Math.max(BATCH_BYTES, slotBytes)
}

/**
 * A slot queue of the kernel, as values:
 *
 *     one word     stamp │ value                      8 bytes
 *     two words    stamp │   ·    │ low │ high       16 bytes
 *     bytes        stamp │ length │ payload …        24 bytes or more
 *
 * Answers are the kernel's: how many, `NONE`, `ENDED`. `BUSY` becomes `NONE` after a while: the thread in the middle looks
 * at the parked flag once it is done, so who parks after `NONE` is woken.
 *
 * INVARIANT  no codec runs between a claim and its publish: values are encoded before the one, decoded after the other.
 * INVARIANT  when a codec throws, no value behind the one it threw for has been popped: what may throw is popped one by one.
 */
export abstract class ImageSlots<T extends Value> implements Slots<T> {
  readonly holdsRoom: boolean = true
  protected readonly kernel: Kernel
  protected readonly queue: number
  protected bytes: Bytes
  protected readonly scratch: Scratch
  readonly #slotBytes: number
  readonly #batch: number
  readonly #popBatch: number
  readonly #credits: number
  readonly #heldRetries: number
  readonly #late: Uint8Array[] = []
  #popped = 0

  constructor(codec: Codec<T>, ...[credits, kernel, queue, slotBytes, bytes, scratch, isMortal]: SlotParts) {
    this.#credits = credits
    this.#heldRetries = isMortal ? HELD_RETRIES : Number.POSITIVE_INFINITY
    this.kernel = kernel
    this.queue = queue
    this.bytes = bytes
    this.scratch = scratch
    this.#slotBytes = slotBytes
    this.#batch = slotBytes > LARGE_SLOT ? 1 : Math.floor(BATCH_BYTES / slotBytes)
    this.#popBatch = isBuiltIn(codec) ? this.#batch : 1
  }

  /** Writes the image of a value. Throws what its codec throws. */
  protected abstract write(value: T, at: number): void
  /** Reads the value of an image. Throws what its codec throws. */
  protected abstract read(at: number): T
  /** The payload of an image. */
  protected abstract payload(at: number): Uint8Array

  // Loops that numbers have of their own, each over one kind of codec and of array: here the kind is found out for each value.

  /** Writes images, one behind the other. */
  protected writeMany(values: ArrayLike<T>, from: number, count: number, at: number): void {
    for (let i = 0; i < count; i++) this.write(values[from + i] as T, at + i * this.#slotBytes)
  }

  /** Reads images onto the end of an array. */
  protected readMany(at: number, count: number, into: T[]): void {
    for (let i = 0; i < count; i++) into.push(this.read(at + i * this.#slotBytes))
  }

  /** Reads images into the elements of a typed array from `from` on. */
  protected readInto(array: WordArray, from: number, count: number, at: number): void {
    for (let i = 0; i < count; i++) array[from + i] = this.read(at + i * this.#slotBytes) as unknown as number
  }

  /** Uses views that cover more of the memory. */
  protected cover(bytes: Bytes): void {
    this.bytes = bytes
  }

  reserve(count: number): number {
    return this.kernel.reserve(this.queue, count, this.#credits)
  }

  release(count: number): void {
    this.kernel.release(this.queue, count, this.#credits)
  }

  push(value: T): number {
    const at = this.#take(this.#slotBytes)
    try {
      this.write(value, at)
      return this.#pushImages(at, 1)
    } finally {
      this.scratch.giveBack(at)
    }
  }

  pushHeld(value: T): number {
    const at = this.#take(this.#slotBytes)
    try {
      this.write(value, at)
      const answer = this.#late.length > 0 ? NONE : this.#pushImages(at, 1, this.#credits, this.#heldRetries)
      if (answer === NONE) this.#late.push(this.bytes.u8.slice(at, at + this.#slotBytes))
      return answer
    } finally {
      this.scratch.giveBack(at)
    }
  }

  pushLate(): number {
    const image = this.#late[0]
    if (image === undefined) return NONE
    const at = this.#take(this.#slotBytes)
    this.bytes.u8.set(image, at)
    const answer = this.#pushImages(at, 1, this.#credits)
    this.scratch.giveBack(at)
    if (answer !== NONE) this.#late.shift()
    return answer
  }

  pushMany(values: ArrayLike<T>, from: number, to: number): number {
    const size = this.#slotBytes
    const count = Math.min(to - from, this.#batch)
    const at = this.#take(count * size)
    try {
      this.writeMany(values, from, count, at)
      return this.#pushImages(at, count)
    } finally {
      this.scratch.giveBack(at)
    }
  }

  pop(): number {
    const at = this.#take(this.#slotBytes)
    let answer = this.kernel.slotPop(this.queue, at)
    for (let i = 0; answer === BUSY && i < RETRIES; i++) answer = this.kernel.slotPop(this.queue, at)
    if (answer > 0) this.#popped = at
    else this.scratch.giveBack(at)
    return answer === BUSY ? NONE : answer
  }

  take(): T {
    const at = this.#popped
    try {
      return this.read(at)
    } finally {
      this.scratch.giveBack(at)
    }
  }

  lend<R>(use: (bytes: Uint8Array) => R): R {
    const at = this.#popped
    try {
      return use(this.payload(at))
    } finally {
      this.scratch.giveBack(at)
    }
  }

  popMany(max: number, into: T[]): number {
    const size = this.#slotBytes
    const most = Math.min(max, this.#popBatch)
    const at = this.#take(most * size)
    try {
      const count = this.#popImages(at, most)
      this.readMany(at, count, into)
      return count
    } finally {
      this.scratch.giveBack(at)
    }
  }

  popInto(array: WordArray, from: number): number {
    const most = Math.min(array.length - from, this.#popBatch)
    const at = this.scratch.top
    const count = this.#popImages(at, most)
    this.readInto(array, from, count, at)
    return count
  }

  /** All is shown at once. */
  flush(): void {}

  /** Takes scratch that the views cover. */
  #take(bytes: number): number {
    const at = this.scratch.take(bytes)
    if (at + bytes > this.bytes.u8.length) this.cover(this.scratch.views)
    return at
  }

  #pushImages(at: number, count: number, credits = 0, retries = RETRIES): number {
    let answer = this.kernel.slotPushMany(this.queue, at, count, credits)
    for (let i = 0; answer === BUSY && i < retries; i++) {
      answer = this.kernel.slotPushMany(this.queue, at, count, credits)
    }
    return answer === BUSY ? NONE : answer
  }

  #popImages(at: number, most: number): number {
    let answer = this.kernel.slotPopMany(this.queue, at, most)
    for (let i = 0; answer === BUSY && i < RETRIES; i++) answer = this.kernel.slotPopMany(this.queue, at, most)
    return answer === BUSY ? NONE : answer
  }
}

/** Whether a codec reads all that it wrote. One of the user's own, or with one in it, may throw for some. */
function isBuiltIn<T>(codec: Codec<T>): boolean {
  return codecOf(codec.name)?.constructor === codec.constructor
}
