import { BUSY } from '@millrace/atomics'
import type { Value } from '@millrace/ring'
import type { Bytes, PairCodec, WordCodec } from '@millrace/ring/codec'
import type { WordArray } from './api.ts'
import { ImageSlots, LENGTH, PAYLOAD } from './image-slots.ts'
import type { SlotParts } from './slots.ts'

/** Slots of one word. To push one it goes to the kernel as an argument, past the scratch. */
export class WordSlots<T extends Value> extends ImageSlots<T> {
  readonly #codec: WordCodec<T>
  #i32: Int32Array

  constructor(codec: WordCodec<T>, ...parts: SlotParts) {
    super(codec, ...parts)
    this.#codec = codec
    this.#i32 = this.bytes.i32
  }

  protected override cover(bytes: Bytes): void {
    super.cover(bytes)
    this.#i32 = bytes.i32
  }

  override push(value: T): number {
    const answer = this.kernel.slotPush(this.queue, this.#codec.toWord(value), 0)
    return answer === BUSY ? super.push(value) : answer
  }

  protected write(value: T, at: number): void {
    this.#i32[(at + LENGTH) >>> 2] = this.#codec.toWord(value)
  }

  protected override writeMany(values: ArrayLike<T>, from: number, count: number, at: number): void {
    const [codec, i32, first] = [this.#codec, this.#i32, (at + LENGTH) >>> 2]
    for (let i = 0; i < count; i++) i32[first + 2 * i] = codec.toWord(values[from + i] as T)
  }

  protected override readMany(at: number, count: number, into: T[]): void {
    const [codec, i32, first, end] = [this.#codec, this.#i32, (at + LENGTH) >>> 2, into.length]
    for (let i = 0; i < count; i++) into[end + i] = codec.fromWord(i32[first + 2 * i] as number)
  }

  protected override readInto(array: WordArray, from: number, count: number, at: number): void {
    const [codec, i32, first] = [this.#codec, this.#i32, (at + LENGTH) >>> 2]
    for (let i = 0; i < count; i++) array[from + i] = codec.fromWord(i32[first + 2 * i] as number) as unknown as number
  }

  protected read(at: number): T {
    return this.#codec.fromWord(this.#i32[(at + LENGTH) >>> 2] as number)
  }

  protected payload(at: number): Uint8Array {
    return this.bytes.u8.subarray(at + LENGTH, at + PAYLOAD)
  }
}

/** Slots of two words, such as a double. */
export class PairSlots<T extends Value> extends ImageSlots<T> {
  readonly #codec: PairCodec<T>
  #i32: Int32Array

  constructor(codec: PairCodec<T>, ...parts: SlotParts) {
    super(codec, ...parts)
    this.#codec = codec
    this.#i32 = this.bytes.i32
  }

  protected override cover(bytes: Bytes): void {
    super.cover(bytes)
    this.#i32 = bytes.i32
  }

  override push(value: T): number {
    const words = this.#codec.toPair(value)
    const answer = this.kernel.slotPush(this.queue, words[0] as number, words[1] as number)
    return answer === BUSY ? super.push(value) : answer
  }

  protected write(value: T, at: number): void {
    const words = this.#codec.toPair(value)
    const index = (at + PAYLOAD) >>> 2
    this.#i32[index] = words[0] as number
    this.#i32[index + 1] = words[1] as number
  }

  protected override writeMany(values: ArrayLike<T>, from: number, count: number, at: number): void {
    const [codec, i32, first] = [this.#codec, this.#i32, (at + PAYLOAD) >>> 2]
    for (let i = 0; i < count; i++) {
      const words = codec.toPair(values[from + i] as T)
      i32[first + 4 * i] = words[0] as number
      i32[first + 4 * i + 1] = words[1] as number
    }
  }

  protected override readMany(at: number, count: number, into: T[]): void {
    const [codec, i32, first, end] = [this.#codec, this.#i32, (at + PAYLOAD) >>> 2, into.length]
    for (let i = 0; i < count; i++) {
      into[end + i] = codec.fromPair(i32[first + 4 * i] as number, i32[first + 4 * i + 1] as number)
    }
  }

  protected read(at: number): T {
    const index = (at + PAYLOAD) >>> 2
    return this.#codec.fromPair(this.#i32[index] as number, this.#i32[index + 1] as number)
  }

  protected payload(at: number): Uint8Array {
    return this.bytes.u8.subarray(at + PAYLOAD, at + 2 * PAYLOAD)
  }
}
