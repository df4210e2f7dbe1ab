import { type Arena, beforeBlocking, ENDED, HEAD, type Kernel, LAZY_TAIL, NONE, words } from '@millrace/atomics'
import type { Value } from '@millrace/ring'
import type { PairCodec, WordCodec } from '@millrace/ring/codec'
import type { WordArray } from './api.ts'
import { type Numbers, numbersOf } from './numbers.ts'
import { Pace } from './pace.ts'
import { type Scratch, scratchOf } from './scratch.ts'
import type { Slots } from './slots.ts'

/** At most as many bytes are handed to the kernel at once. */
const BATCH_BYTES = 8192

/**
 * Numbers in the kernel's lazy ring, between one producer and one consumer. Each side shows the other a batch at once; of values
 * one by one it shows what it did every few, when it finds no room or no value, when its synchronous code has run, and before
 * it blocks in any call of ours.
 *
 * INVARIANT  what a push or a pop has not shown is to be shown in the next microtask or before this thread blocks, so a side that stops hides nothing.
 * INVARIANT  a thread shows only what it did itself, once: the tail is the producer's to write, the head the consumer's.
 */
export class LazySlots<T extends Value> implements Slots<T> {
  readonly holdsRoom = false
  readonly #arena: Arena
  readonly #ring: number
  readonly #capacity: number
  readonly #numbers: Numbers<T>
  readonly #scratch: Scratch
  readonly #pushOne: (value: T) => number
  readonly #pushes = new Pace()
  readonly #pops = new Pace()
  readonly #endRun = (): void => {
    this.#isFlushComing = false
    beforeBlocking.delete(this.#showNow)
    this.#pushes.endRun()
    this.#pops.endRun()
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
    this.#pushOne = pusher(arena.kernel, ring, codec)
  }

  /** There is no one but this thread who could take the room, so it is only looked whether it is there. */
  reserve(count: number): number {
    const tail = this.#arena.views().i32[(this.#ring + LAZY_TAIL) >>> 2] as number
    const used = (tail - words.load(this.#arena, this.#ring + HEAD)) | 0
    return this.#capacity - used >= count ? 1 : NONE
  }

  release(): void {}

  push(value: T): number {
    const answer = this.#pushOne(value)
    if (answer <= 0) return answer
    if (this.#pushes.isShownAtOnce()) this.#arena.kernel.lazyFlush(this.#ring)
    else {
      this.#hasPushed = true
      this.#flushSoon()
    }
    return answer
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
    const { kernel } = this.#arena
    const answer = kernel.lazyPush(this.#ring, at, count)
    if (answer > 0) kernel.lazyFlush(this.#ring)
    return answer
  }

  pop(): number {
    const { kernel } = this.#arena
    const answer = kernel.lazyPop(this.#ring, this.#scratch.top, 1)
    if (answer <= 0) return answer
    if (this.#pops.isShownAtOnce()) kernel.lazyGiveBack(this.#ring)
    else {
      this.#hasPopped = true
      this.#flushSoon()
    }
    return answer
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
    const count = this.#popBatch(at, Math.min(max, BATCH_BYTES / bytes))
    for (let i = 0; i < count; i++) into.push(this.#numbers.read(at + i * bytes))
    return count
  }

  popInto(array: WordArray, from: number): number {
    const at = this.#scratch.top
    const count = this.#popBatch(at, Math.min(array.length - from, BATCH_BYTES / this.#numbers.bytes))
    this.#numbers.readInto(array, from, count, at)
    return count
  }

  flush(): void {
    if (this.#hasPushed) this.#arena.kernel.lazyFlush(this.#ring)
    if (this.#hasPopped) this.#arena.kernel.lazyGiveBack(this.#ring)
    this.#hasPushed = this.#hasPopped = false
  }

  #popBatch(at: number, most: number): number {
    const { kernel } = this.#arena
    const count = kernel.lazyPop(this.#ring, at, most)
    if (count > 0) kernel.lazyGiveBack(this.#ring)
    return count
  }

  #flushSoon(): void {
    if (this.#isFlushComing) return
    this.#isFlushComing = true
    beforeBlocking.add(this.#showNow)
    queueMicrotask(this.#endRun)
  }
}

/** Pushes a value as its words. */
function pusher<T>(kernel: Kernel, ring: number, codec: WordCodec<T> | PairCodec<T>): (value: T) => number {
  if (codec.words === 1) return (value) => kernel.lazyPushWords(ring, codec.toWord(value), 0)
  return (value) => {
    const words = codec.toPair(value)
    return kernel.lazyPushWords(ring, words[0] as number, words[1] as number)
  }
}
