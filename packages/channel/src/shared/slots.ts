import { BUSY, type Kernel, NONE } from '@millrace/atomics'
import type { Value } from '@millrace/ring'
import type { Image } from './image.ts'
import type { Scratch } from './scratch.ts'

/** How often a call that found another thread in the middle of its own is made again, before that counts as full or empty. */
const RETRIES = 32
/** At most as many bytes of images are handed to the kernel at once; slots of more than 128 bytes go one by one. */
const BATCH_BYTES = 8192

/** The bytes of scratch that slots of a size need, with some for values that are sent from within each other. */
export function scratchBytes(slotBytes: number): number {
  return 2 * Math.max(BATCH_BYTES, slotBytes)
}

/**
 * A slot queue of the kernel, as values.
 *
 * Answers are the kernel's: how many, `NONE`, `ENDED`. `BUSY` becomes `NONE` after a while: the thread in the middle looks
 * at the parked flag once it is done, so who parks after `NONE` is woken.
 *
 * INVARIANT  no codec runs between a claim and its publish: values are encoded before the one, decoded after the other.
 */
export class Slots<T extends Value> {
  readonly #kernel: Kernel
  readonly #queue: number
  readonly #image: Image<T>
  readonly #scratch: Scratch
  readonly #batch: number
  #popped = 0

  constructor(kernel: Kernel, queue: number, image: Image<T>, scratch: Scratch) {
    this.#kernel = kernel
    this.#queue = queue
    this.#image = image
    this.#scratch = scratch
    this.#batch = image.slotBytes > 128 ? 1 : Math.floor(BATCH_BYTES / image.slotBytes)
  }

  /** Pushes one value: 1, `NONE` full, `ENDED` closed. Throws what its codec throws, and then pushes nothing. */
  push(value: T): number {
    const at = this.#scratch.take(this.#image.slotBytes)
    try {
      this.#image.write(value, at)
      return this.#pushImages(at, 1)
    } finally {
      this.#scratch.giveBack(at)
    }
  }

  /** Pushes one value into room that was reserved, counted at `credits`: 1, or `ENDED` if the receivers closed. */
  pushHeld(value: T, credits: number): number {
    const at = this.#scratch.take(this.#image.slotBytes)
    try {
      this.#image.write(value, at)
      // There is room. A thread that still copies out of it goes on whatever we do.
      let answer = BUSY
      while (answer === BUSY) answer = this.#kernel.slotPushMany(this.#queue, at, 1, credits)
      return answer
    } finally {
      this.#scratch.giveBack(at)
    }
  }

  /** Pushes the values at indexes `from` to below `to`, as many as there is room for. Throws as `push`, before any is pushed. */
  pushMany(values: ArrayLike<T>, from: number, to: number): number {
    const { slotBytes } = this.#image
    const count = Math.min(to - from, this.#batch)
    const at = this.#scratch.take(count * slotBytes)
    try {
      for (let i = 0; i < count; i++) this.#image.write(values[from + i] as T, at + i * slotBytes)
      return this.#pushImages(at, count)
    } finally {
      this.#scratch.giveBack(at)
    }
  }

  /** Pops the oldest value: 1, `NONE` empty, `ENDED` closed and drained. After 1 comes `take` or `lend`, in the same synchronous call. */
  pop(): number {
    const at = this.#scratch.take(this.#image.slotBytes)
    let answer = this.#kernel.slotPop(this.#queue, at)
    for (let i = 0; answer === BUSY && i < RETRIES; i++) answer = this.#kernel.slotPop(this.#queue, at)
    if (answer === 1) this.#popped = at
    else this.#scratch.giveBack(at)
    return answer === BUSY ? NONE : answer
  }

  /** The value that `pop` popped. Throws what its codec throws. */
  take(): T {
    const at = this.#popped
    try {
      return this.#image.read(at)
    } finally {
      this.#scratch.giveBack(at)
    }
  }

  /** The bytes of the value that `pop` popped, for as long as `read` runs. */
  lend<R>(read: (bytes: Uint8Array) => R): R {
    const at = this.#popped
    try {
      return read(this.#image.bytes(at))
    } finally {
      this.#scratch.giveBack(at)
    }
  }

  /** Pops at most `max` values and gives each to `into`. Answers how many, `NONE`, `ENDED`. */
  popMany(max: number, into: (value: T) => void): number {
    const { slotBytes } = this.#image
    const most = Math.min(max, this.#batch)
    const at = this.#scratch.take(most * slotBytes)
    try {
      let answer = this.#kernel.slotPopMany(this.#queue, at, most)
      for (let i = 0; answer === BUSY && i < RETRIES; i++) answer = this.#kernel.slotPopMany(this.#queue, at, most)
      for (let i = 0; i < answer; i++) into(this.#image.read(at + i * slotBytes))
      return answer === BUSY ? NONE : answer
    } finally {
      this.#scratch.giveBack(at)
    }
  }

  #pushImages(at: number, count: number): number {
    let answer = this.#kernel.slotPushMany(this.#queue, at, count, 0)
    for (let i = 0; answer === BUSY && i < RETRIES; i++) answer = this.#kernel.slotPushMany(this.#queue, at, count, 0)
    return answer === BUSY ? NONE : answer
  }
}
