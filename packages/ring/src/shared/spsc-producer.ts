import { CAPACITY, HEAD, type Kernel, LAZY_TAIL } from '@millrace/atomics'
import type { Value } from '../api.ts'
import type { PairCodec, WordCodec } from '../codec/api.ts'
import { refuseUndefined } from '../local/refuse-undefined.ts'
import type { SpscProducer } from './api.ts'
import type { Batches, Mover } from './batches.ts'
import { disposed } from './check.ts'
import type { Elements } from './images.ts'
import type { Place } from './place.ts'
import type { Scratch } from './scratch.ts'

/** What an end of a ring between two is made of. */
export interface SpscParts<T extends Value> {
  readonly place: Place
  readonly batches: Batches<T>
  readonly scratch: Scratch
}

/**
 * The producer's end of the kernel's lazy ring. Contract: `SpscProducer`.
 *
 * INVARIANT  there is one in all threads, so the words of its side are read without asking anybody.
 * INVARIANT  `ring` is 0 once it left, and no call reaches the kernel then.
 */
export class LazyProducer<T extends Value> implements SpscProducer<T> {
  readonly capacity: number
  protected readonly kernel: Kernel
  protected ring: number
  readonly #place: Place
  readonly #batches: Batches<T>
  readonly #scratch: Scratch
  readonly #into: Mover

  constructor({ place, batches, scratch }: SpscParts<T>) {
    this.capacity = place.word(CAPACITY)
    this.kernel = place.arena.kernel
    this.ring = place.object
    this.#place = place
    this.#batches = batches
    this.#scratch = scratch
    this.#into = new Into(this.kernel, this.ring)
  }

  get length(): number {
    return this.ring === 0 ? 0 : (this.#place.word(LAZY_TAIL) - this.#place.word(HEAD)) | 0
  }

  get closed(): boolean {
    return this.ring === 0 || this.#place.otherLeft
  }

  push(value: T): boolean {
    if (this.ring === 0) disposed()
    if (value === undefined) refuseUndefined()
    return this.#batches.push(this.#into, value)
  }

  pushMany(values: readonly T[], from = 0, to: number = values.length): number {
    if (this.ring === 0) disposed()
    const room = this.capacity - this.length
    const taken = this.#batches.pushMany(this.#into, values, from, Math.min(to - from, room))
    if (taken < to - from) this.kernel.lazyFlush(this.ring)
    return taken
  }

  pushFrom(array: Elements, from = 0, to?: number): number {
    if (this.ring === 0) disposed()
    return this.#batches.pushFrom(this.#into, array, from, to)
  }

  flush(): void {
    if (this.ring === 0) disposed()
    this.kernel.lazyFlush(this.ring)
  }

  [Symbol.dispose](): void {
    if (this.ring === 0) return
    this.#scratch.free()
    this.kernel.lazyFlush(this.ring)
    this.ring = 0
    this.#place.leave()
  }
}

/** Pushes images. Who finds too little room shows what is there. */
class Into implements Mover {
  readonly #kernel: Kernel
  readonly #ring: number

  constructor(kernel: Kernel, ring: number) {
    this.#kernel = kernel
    this.#ring = ring
  }

  move(at: number, count: number): number {
    const moved = Math.max(0, this.#kernel.lazyPush(this.#ring, at, count))
    if (moved < count) this.#kernel.lazyFlush(this.#ring)
    return moved
  }
}

/** Values of one word, which go to the kernel as an argument, past the scratch. */
export class WordProducer<T extends Value> extends LazyProducer<T> {
  readonly #codec: WordCodec<T>

  constructor(codec: WordCodec<T>, parts: SpscParts<T>) {
    super(parts)
    this.#codec = codec
  }

  override push(value: T): boolean {
    if (value === undefined) refuseUndefined()
    const word = this.#codec.toWord(value)
    if (this.ring === 0) disposed()
    return this.kernel.lazyPushWords(this.ring, word, 0) > 0
  }
}

/** Values of two words. */
export class PairProducer<T extends Value> extends LazyProducer<T> {
  readonly #codec: PairCodec<T>

  constructor(codec: PairCodec<T>, parts: SpscParts<T>) {
    super(parts)
    this.#codec = codec
  }

  override push(value: T): boolean {
    if (value === undefined) refuseUndefined()
    const pair = this.#codec.toPair(value)
    if (this.ring === 0) disposed()
    return this.kernel.lazyPushWords(this.ring, pair[0] as number, pair[1] as number) > 0
  }
}
