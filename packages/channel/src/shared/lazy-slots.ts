import { type Arena, beforeBlocking, ENDED, HEAD, LAZY_TAIL, NONE, words } from '@millrace/atomics'
import type { Value } from '@millrace/ring'
import type { PairCodec, WordCodec } from '@millrace/ring/codec'
import type { WordArray } from './api.ts'
import { type Numbers, numbersOf } from './numbers.ts'
import { type Scratch, scratchOf } from './scratch.ts'
import type { Slots } from './slots.ts'

/** At most as many bytes are handed to the kernel at once. */
const BATCH_BYTES = 8192

/**
 * Numbers in the kernel's lazy ring, between one producer and one consumer. Each side shows the other what it did every few
 * values, when it finds no room or no value, when its synchronous code has run, and before it blocks in any call of ours.
 *
 * INVARIANT  after a push or a pop a flush is to come in the next microtask or before this thread blocks, so a side that stops hides nothing.
 * INVARIANT  a thread shows only what it did itself, once: the tail is the producer's to write, the head the consumer's.
 */
export class LazySlots<T extends Value> implements Slots<T> {
  readonly holdsRoom = false
  readonly #arena: Arena
  readonly #ring: number
  readonly #capacity: number
  readonly #numbers: Numbers<T>
  readonly #scratch: Scratch
  readonly #flushLater = (): void => {
    this.#isFlushComing = false
    this.flush()
  }
  readonly #showNow = (): void => this.flush()
  #isFlushComing = false
  #hasPushed = false
  #hasPopped = false

  constructor(arena: Arena, ring: number, capacity: number, codec: WordCodec<T> | PairCodec<T>) {
    this.#arena = arena
    this.#ring = ring
    this.#capacity = capacity
    this.#scratch = scratchOf(arena, BATCH_BYTES)
    this.#numbers = numbersOf(codec, arena.views())
  }

  /** There is no one but this thread who could take the room, so it is only looked whether it is there. */
  reserve(count: number): number {
    const tail = this.#arena.views().i32[(this.#ring + LAZY_TAIL) >>> 2] as number
    const used = (tail - words.load(this.#arena, this.#ring + HEAD)) | 0
    return this.#capacity - used >= count ? 1 : NONE
  }

  release(): void {}

  push(value: T): number {
    const at = this.#scratch.top
    this.#numbers.write(value, at)
    return this.#pushed(this.#arena.kernel.lazyPush(this.#ring, at, 1))
  }

  pushHeld(value: T): number {
    return this.push(value) > 0 ? 1 : ENDED
  }

  /** None is ever kept: the receiver gives room back when it has left it. */
  pushLate(): number {
    return NONE
  }

  pushMany(values: ArrayLike<T>, from: number, to: number): number {
    const count = Math.min(to - from, BATCH_BYTES / this.#numbers.bytes)
    const at = this.#scratch.top
    this.#numbers.writeMany(values, from, count, at)
    return this.#pushed(this.#arena.kernel.lazyPush(this.#ring, at, count))
  }

  pop(): number {
    return this.#popped(this.#arena.kernel.lazyPop(this.#ring, this.#scratch.top, 1))
  }

  take(): T {
    return this.#numbers.read(this.#scratch.top)
  }

  lend<R>(use: (bytes: Uint8Array) => R): R {
    const { bytes } = this.#numbers
    const at = this.#scratch.take(bytes)
    try {
      return use(this.#arena.views().u8.subarray(at, at + bytes))
    } finally {
      this.#scratch.giveBack(at)
    }
  }

  popMany(max: number, into: T[]): number {
    const { bytes } = this.#numbers
    const at = this.#scratch.top
    const count = this.#popped(this.#arena.kernel.lazyPop(this.#ring, at, Math.min(max, BATCH_BYTES / bytes)))
    for (let i = 0; i < count; i++) into.push(this.#numbers.read(at + i * bytes))
    return count
  }

  popInto(array: WordArray, from: number): number {
    const at = this.#scratch.top
    const most = Math.min(array.length - from, BATCH_BYTES / this.#numbers.bytes)
    const count = this.#popped(this.#arena.kernel.lazyPop(this.#ring, at, most))
    this.#numbers.readInto(array, from, count, at)
    return count
  }

  flush(): void {
    if (!this.#hasPushed && !this.#hasPopped) return
    beforeBlocking.delete(this.#showNow)
    if (this.#hasPushed) this.#arena.kernel.lazyFlush(this.#ring)
    if (this.#hasPopped) this.#arena.kernel.lazyGiveBack(this.#ring)
    this.#hasPushed = this.#hasPopped = false
  }

  #pushed(answer: number): number {
    if (answer <= 0) return answer
    if (!this.#hasPushed) this.#flushSoon()
    this.#hasPushed = true
    return answer
  }

  #popped(answer: number): number {
    if (answer <= 0) return answer
    if (!this.#hasPopped) this.#flushSoon()
    this.#hasPopped = true
    return answer
  }

  #flushSoon(): void {
    beforeBlocking.add(this.#showNow)
    if (this.#isFlushComing) return
    this.#isFlushComing = true
    queueMicrotask(this.#flushLater)
  }
}
