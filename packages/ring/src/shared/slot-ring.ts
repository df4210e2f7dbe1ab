import { BUSY, CAPACITY, type Kernel } from '@millrace/atomics'
import type { Value } from '../api.ts'
import type { PairCodec, WordCodec } from '../codec/api.ts'
import { refuseUndefined } from '../local/refuse-undefined.ts'
import type { NumberArray, SlotRing, SlotRingHandle } from './api.ts'
import { type Batches, type Mover, wordAt } from './batches.ts'
import { disposed } from './check.ts'
import type { Place } from './place.ts'
import type { Scratch } from './scratch.ts'

/** The kernel copies the slots of a batch twice, so large ones go one by one. */
const LARGE_SLOT = 128
/** How often a call that found another thread in the middle of its own is made again, before that counts as full or empty. */
const RETRIES = 32

/** What a view of a slot ring is made of. */
export interface SlotParts<T extends Value> {
  readonly place: Place
  readonly handle: SlotRingHandle<T>
  readonly batches: Batches<T>
  readonly scratch: Scratch
}

/**
 * The kernel's slot queue, as values. Contract and costs: `SlotRing`, `slotRing`.
 *
 * INVARIANT  no codec runs between a claim and its publish: values are encoded before the one, decoded after the other.
 * INVARIANT  `queue` is 0 once this view left, and no call reaches the kernel then.
 */
export class SharedSlotRing<T extends Value> implements SlotRing<T> {
  readonly handle: SlotRingHandle<T>
  readonly capacity: number
  protected readonly kernel: Kernel
  protected readonly wordAt: number
  protected queue: number
  readonly #place: Place
  readonly #scratch: Scratch
  readonly #batches: Batches<T>
  readonly #into: Mover
  readonly #out: Mover

  constructor({ place, handle, batches, scratch }: SlotParts<T>) {
    const { kernel } = place.arena
    this.handle = handle
    this.capacity = place.word(CAPACITY)
    this.kernel = kernel
    this.wordAt = wordAt(scratch)
    this.queue = place.object
    this.#place = place
    this.#scratch = scratch
    this.#batches = batches
    const { stride } = batches.images
    this.#into = new Into(kernel, place.object, stride)
    this.#out = new Out(kernel, place.object, stride)
  }

  get length(): number {
    return this.queue === 0 ? 0 : this.kernel.slotLength(this.queue)
  }

  push(value: T): boolean {
    if (this.queue === 0) disposed()
    if (value === undefined) refuseUndefined()
    return this.#batches.push(this.#into, value)
  }

  pop(): T | undefined {
    if (this.queue === 0) disposed()
    return this.#batches.pop(this.#out)
  }

  pushMany(values: readonly T[], from = 0, to: number = values.length): number {
    if (this.queue === 0) disposed()
    return this.#batches.pushMany(this.#into, values, from, Math.min(to - from, this.capacity - this.length))
  }

  popMany(max: number): T[] {
    if (this.queue === 0) disposed()
    return this.#batches.popMany(this.#out, max)
  }

  popInto(array: NumberArray): number {
    if (this.queue === 0) disposed()
    return this.#batches.popInto(this.#out, array)
  }

  [Symbol.dispose](): void {
    if (this.queue === 0) return
    this.#scratch.free()
    this.queue = 0
    this.#place.leave()
  }
}

/** Pushes images. */
class Into implements Mover {
  readonly #kernel: Kernel
  readonly #queue: number
  readonly #stride: number

  constructor(kernel: Kernel, queue: number, stride: number) {
    this.#kernel = kernel
    this.#queue = queue
    this.#stride = stride
  }

  move(at: number, count: number): number {
    if (this.#stride <= LARGE_SLOT) return this.#push(at, count)
    let done = 0
    while (done < count && this.#push(at + done * this.#stride, 1) > 0) done++
    return done
  }

  #push(at: number, count: number): number {
    let done = this.#kernel.slotPushMany(this.#queue, at, count, 0)
    for (let i = 0; done === BUSY && i < RETRIES; i++) done = this.#kernel.slotPushMany(this.#queue, at, count, 0)
    if (done <= 0 || done === count) return Math.max(0, done)
    // Fewer than there is room for, if another thread was in the middle of its pop.
    return done + this.#push(at + done * this.#stride, count - done)
  }
}

/** Pops images. */
class Out implements Mover {
  readonly #kernel: Kernel
  readonly #queue: number
  readonly #stride: number

  constructor(kernel: Kernel, queue: number, stride: number) {
    this.#kernel = kernel
    this.#queue = queue
    this.#stride = stride
  }

  move(at: number, count: number): number {
    if (count > 1 && this.#stride <= LARGE_SLOT) return this.#popMany(at, count)
    let done = 0
    while (done < count && this.#pop(at + done * this.#stride)) done++
    return done
  }

  #pop(at: number): boolean {
    let answer = this.#kernel.slotPop(this.#queue, at)
    for (let i = 0; answer === BUSY && i < RETRIES; i++) answer = this.#kernel.slotPop(this.#queue, at)
    return answer > 0
  }

  #popMany(at: number, count: number): number {
    let done = this.#kernel.slotPopMany(this.#queue, at, count)
    for (let i = 0; done === BUSY && i < RETRIES; i++) done = this.#kernel.slotPopMany(this.#queue, at, count)
    return Math.max(0, done)
  }
}

/** Values of one word: to push one it goes to the kernel as an argument, past the scratch. */
export class WordSlotRing<T extends Value> extends SharedSlotRing<T> {
  readonly #codec: WordCodec<T>
  readonly #i32: Int32Array
  readonly #word: number

  constructor(codec: WordCodec<T>, parts: SlotParts<T>) {
    super(parts)
    this.#codec = codec
    this.#i32 = parts.place.arena.views().i32
    this.#word = (this.wordAt + 4) >>> 2
  }

  override push(value: T): boolean {
    if (value === undefined) refuseUndefined()
    const word = this.#codec.toWord(value)
    if (this.queue === 0) disposed()
    const answer = this.kernel.slotPush(this.queue, word, 0)
    return answer > 0 || (answer === BUSY && super.push(value))
  }

  override pop(): T | undefined {
    if (this.queue === 0) disposed()
    const answer = this.kernel.slotPop(this.queue, this.wordAt)
    if (answer > 0) return this.#codec.fromWord(this.#i32[this.#word] as number)
    return answer === BUSY ? super.pop() : undefined
  }
}

/** Values of two words. */
export class PairSlotRing<T extends Value> extends SharedSlotRing<T> {
  readonly #codec: PairCodec<T>
  readonly #i32: Int32Array
  readonly #first: number

  constructor(codec: PairCodec<T>, parts: SlotParts<T>) {
    super(parts)
    this.#codec = codec
    this.#i32 = parts.place.arena.views().i32
    this.#first = (this.wordAt + 8) >>> 2
  }

  override push(value: T): boolean {
    if (value === undefined) refuseUndefined()
    const pair = this.#codec.toPair(value)
    if (this.queue === 0) disposed()
    const answer = this.kernel.slotPush(this.queue, pair[0] as number, pair[1] as number)
    return answer > 0 || (answer === BUSY && super.push(value))
  }

  override pop(): T | undefined {
    if (this.queue === 0) disposed()
    const answer = this.kernel.slotPop(this.queue, this.wordAt)
    if (answer > 0) return this.#codec.fromPair(this.#i32[this.#first] as number, this.#i32[this.#first + 1] as number)
    return answer === BUSY ? super.pop() : undefined
  }
}
