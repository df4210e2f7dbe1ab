import { CAPACITY, type Kernel, LAZY_HEAD, TAIL } from '@millrace/atomics'
import type { Value } from '../api.ts'
import type { PairCodec, WordCodec } from '../codec/api.ts'
import type { SpscConsumer } from './api.ts'
import { type Batches, type Mover, wordAt } from './batches.ts'
import { disposed } from './check.ts'
import type { Elements } from './images.ts'
import type { Place } from './place.ts'
import type { Scratch } from './scratch.ts'
import type { SpscParts } from './spsc-producer.ts'

/**
 * The consumer's end of the kernel's lazy ring. Contract: `SpscConsumer`. Its invariants are the producer's.
 */
export class LazyConsumer<T extends Value> implements SpscConsumer<T> {
  readonly capacity: number
  protected readonly kernel: Kernel
  protected readonly wordAt: number
  protected ring: number
  readonly #place: Place
  readonly #batches: Batches<T>
  readonly #scratch: Scratch
  readonly #out: Mover

  constructor({ place, batches, scratch }: SpscParts<T>) {
    this.capacity = place.word(CAPACITY)
    this.kernel = place.arena.kernel
    this.wordAt = wordAt(scratch)
    this.ring = place.object
    this.#place = place
    this.#batches = batches
    this.#scratch = scratch
    this.#out = new Out(this.kernel, this.ring)
  }

  get length(): number {
    return this.ring === 0 ? 0 : (this.#place.word(TAIL) - this.#place.word(LAZY_HEAD)) | 0
  }

  get closed(): boolean {
    return this.ring === 0 || this.#place.otherLeft
  }

  pop(): T | undefined {
    if (this.ring === 0) disposed()
    return this.#batches.pop(this.#out)
  }

  popMany(max: number): T[] {
    if (this.ring === 0) disposed()
    return this.#batches.popMany(this.#out, max)
  }

  popInto(array: Elements): number {
    if (this.ring === 0) disposed()
    return this.#batches.popInto(this.#out, array)
  }

  giveBack(): void {
    if (this.ring === 0) disposed()
    this.kernel.lazyGiveBack(this.ring)
  }

  [Symbol.dispose](): void {
    if (this.ring === 0) return
    this.#scratch.free()
    this.ring = 0
    this.#place.leave()
  }
}

/** Pops images. Who finds too few gives all room back. */
class Out implements Mover {
  readonly #kernel: Kernel
  readonly #ring: number

  constructor(kernel: Kernel, ring: number) {
    this.#kernel = kernel
    this.#ring = ring
  }

  move(at: number, count: number): number {
    const moved = Math.max(0, this.#kernel.lazyPop(this.#ring, at, count))
    if (moved < count) this.#kernel.lazyGiveBack(this.#ring)
    return moved
  }
}

/** Values of one word, read where the kernel put them. */
export class WordConsumer<T extends Value> extends LazyConsumer<T> {
  readonly #codec: WordCodec<T>
  readonly #i32: Int32Array
  readonly #word: number

  constructor(codec: WordCodec<T>, parts: SpscParts<T>) {
    super(parts)
    this.#codec = codec
    this.#i32 = parts.place.arena.views().i32
    this.#word = this.wordAt >>> 2
  }

  override pop(): T | undefined {
    if (this.ring === 0) disposed()
    if (this.kernel.lazyPop(this.ring, this.wordAt, 1) <= 0) return undefined
    return this.#codec.fromWord(this.#i32[this.#word] as number)
  }
}

/** Values of two words. */
export class PairConsumer<T extends Value> extends LazyConsumer<T> {
  readonly #codec: PairCodec<T>
  readonly #i32: Int32Array
  readonly #first: number

  constructor(codec: PairCodec<T>, parts: SpscParts<T>) {
    super(parts)
    this.#codec = codec
    this.#i32 = parts.place.arena.views().i32
    this.#first = this.wordAt >>> 2
  }

  override pop(): T | undefined {
    if (this.ring === 0) disposed()
    if (this.kernel.lazyPop(this.ring, this.wordAt, 1) <= 0) return undefined
    return this.#codec.fromPair(this.#i32[this.#first] as number, this.#i32[this.#first + 1] as number)
  }
}
