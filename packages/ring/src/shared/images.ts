import type { Value } from '../api.ts'
import type { Bytes, Codec, PairCodec, WordCodec } from '../codec/api.ts'
import { refuseUndefined } from '../local/refuse-undefined.ts'
import type { NumberArray } from './api.ts'

/** An array whose elements are the values of a ring, or their bytes. */
export type Elements = NumberArray | Uint8Array

/** Up to so many elements a loop costs less than a view of them. */
const FEW = 48

/**
 * How values of a codec lie in memory, one behind the other. Those of a slot ring leave the kernel its words:
 *
 *     slot ring     ·  │ word          ·  │ · │ low │ high        ·  │ length │ payload …
 *     spsc ring     word               low │ high                 ·  │ length │ payload …      bytes of `slotBytes`
 */
export interface Images<T extends Value> {
  /** Bytes from one to the next. */
  readonly stride: number
  write(value: T, at: number): void
  read(at: number): T
  /** Writes `count` values from an index on. Throws `TypeError` for `undefined`. */
  writeMany(values: readonly T[], from: number, count: number, at: number): void
  /** Reads `count` values onto the end of an array. */
  readMany(into: T[], count: number, at: number): void
}

/** Values that may lie in typed arrays, too, and move from there and to there as they are. */
export abstract class ElementImages<T extends Value> implements Images<T> {
  /** The kind of array that values can come from; `undefined` if their codec has none. */
  readonly kind: string | undefined
  abstract readonly stride: number
  /** How many elements make a value. */
  abstract readonly elements: number
  /** The memory as elements. */
  readonly #memory: Elements
  readonly #lead: number

  constructor(kind: string | undefined, memory: Elements, lead: number) {
    this.kind = kind
    this.#memory = memory
    this.#lead = lead
  }

  abstract write(value: T, at: number): void
  abstract read(at: number): T
  abstract writeMany(values: readonly T[], from: number, count: number, at: number): void
  abstract readMany(into: T[], count: number, at: number): void

  /** Writes `count` values that begin at an element. */
  writeFrom(array: Elements, from: number, count: number, at: number): void {
    const memory = this.#memory
    const first = at / memory.BYTES_PER_ELEMENT
    const length = count * this.elements
    if (length <= FEW) for (let i = 0; i < length; i++) memory[first + i] = array[from + i] as number
    else if (length === array.length) memory.set(array, first)
    else memory.set(array.subarray(from, from + length), first)
  }

  /** Reads `count` values into an array from an element on. */
  readInto(array: Elements, from: number, count: number, at: number): void {
    const memory = this.#memory
    const size = memory.BYTES_PER_ELEMENT
    const first = (at + this.#lead) / size
    const length = count * this.elements
    if (this.#lead > 0) {
      const step = this.stride / size
      for (let i = 0; i < length; i++) array[from + i] = memory[first + i * step] as number
    } else if (length <= FEW) {
      for (let i = 0; i < length; i++) array[from + i] = memory[first + i] as number
    } else {
      array.set(memory.subarray(first, first + length), from)
    }
  }
}

/** Values of one word. */
export class WordImages<T extends Value> extends ElementImages<T> {
  readonly stride: number
  readonly elements = 1
  readonly #codec: WordCodec<T>
  readonly #i32: Int32Array
  readonly #lead: number

  constructor(codec: WordCodec<T>, { i32 }: Bytes, lead: 0 | 4) {
    const isUnsigned = codec.name === 'u32'
    const kind = isUnsigned ? 'Uint32Array' : codec.name === 'i32' ? 'Int32Array' : undefined
    super(kind, isUnsigned ? new Uint32Array(i32.buffer) : i32, lead)
    this.stride = lead + 4
    this.#codec = codec
    this.#i32 = i32
    this.#lead = lead
  }

  write(value: T, at: number): void {
    this.#i32[(at + this.#lead) >>> 2] = this.#codec.toWord(value)
  }

  read(at: number): T {
    return this.#codec.fromWord(this.#i32[(at + this.#lead) >>> 2] as number)
  }

  // Loops of their own, with one call a value.
  writeMany(values: readonly T[], from: number, count: number, at: number): void {
    const codec = this.#codec
    const step = this.stride >>> 2
    let index = (at + this.#lead) >>> 2
    for (let i = from; i < from + count; i++, index += step) {
      const value = values[i]
      if (value === undefined) refuseUndefined()
      this.#i32[index] = codec.toWord(value)
    }
  }

  readMany(into: T[], count: number, at: number): void {
    const codec = this.#codec
    const step = this.stride >>> 2
    let index = (at + this.#lead) >>> 2
    for (let i = 0; i < count; i++, index += step) into.push(codec.fromWord(this.#i32[index] as number))
  }
}

/** Values of two words. */
export class PairImages<T extends Value> extends ElementImages<T> {
  readonly stride: number
  readonly elements = 1
  readonly #codec: PairCodec<T>
  readonly #i32: Int32Array
  readonly #lead: number

  constructor(codec: PairCodec<T>, { i32, f64 }: Bytes, lead: 0 | 8) {
    super(codec.name === 'f64' ? 'Float64Array' : undefined, f64, lead)
    this.stride = lead + 8
    this.#codec = codec
    this.#i32 = i32
    this.#lead = lead
  }

  write(value: T, at: number): void {
    const pair = this.#codec.toPair(value)
    const index = (at + this.#lead) >>> 2
    this.#i32[index] = pair[0] as number
    this.#i32[index + 1] = pair[1] as number
  }

  read(at: number): T {
    const index = (at + this.#lead) >>> 2
    return this.#codec.fromPair(this.#i32[index] as number, this.#i32[index + 1] as number)
  }

  writeMany(values: readonly T[], from: number, count: number, at: number): void {
    writeEach(this, values, from, count, at)
  }

  readMany(into: T[], count: number, at: number): void {
    readEach(this, into, count, at)
  }
}

/** Bytes of one length, and nothing else. */
export class RawImages<T extends Value> extends ElementImages<T> {
  readonly stride: number
  readonly elements: number
  readonly #codec: Codec<T>
  readonly #bytes: Bytes

  constructor(codec: Codec<T>, bytes: Bytes) {
    super('Uint8Array', bytes.u8, 0)
    this.stride = codec.maxBytes
    this.elements = codec.maxBytes
    this.#codec = codec
    this.#bytes = bytes
  }

  write(value: T, at: number): void {
    this.#codec.encode(value, this.#bytes, at)
  }

  read(at: number): T {
    return this.#codec.decode(this.#bytes, at, this.stride)
  }

  writeMany(values: readonly T[], from: number, count: number, at: number): void {
    writeEach(this, values, from, count, at)
  }

  readMany(into: T[], count: number, at: number): void {
    readEach(this, into, count, at)
  }
}

/** Values of as many bytes as they need, behind their length. */
export class ByteImages<T extends Value> implements Images<T> {
  readonly stride: number
  readonly #codec: Codec<T>
  readonly #bytes: Bytes

  constructor(codec: Codec<T>, bytes: Bytes) {
    this.stride = byteStride(codec)
    this.#codec = codec
    this.#bytes = bytes
  }

  write(value: T, at: number): void {
    this.#bytes.i32[(at + 4) >>> 2] = this.#codec.encode(value, this.#bytes, at + 8)
  }

  read(at: number): T {
    return this.#codec.decode(this.#bytes, at + 8, this.#bytes.i32[(at + 4) >>> 2] as number)
  }

  writeMany(values: readonly T[], from: number, count: number, at: number): void {
    writeEach(this, values, from, count, at)
  }

  readMany(into: T[], count: number, at: number): void {
    readEach(this, into, count, at)
  }
}

function writeEach<T extends Value>(
  images: Images<T>,
  values: readonly T[],
  from: number,
  count: number,
  at: number,
): void {
  for (let i = 0; i < count; i++) {
    const value = values[from + i]
    if (value === undefined) refuseUndefined()
    images.write(value, at + i * images.stride)
  }
}

function readEach<T extends Value>(images: Images<T>, into: T[], count: number, at: number): void {
  for (let i = 0; i < count; i++) into.push(images.read(at + i * images.stride))
}

/** Bytes from image to image of a codec that needs its length. Slots of 8 and 16 bytes are the kernel's for words. */
export function byteStride({ maxBytes }: Pick<Codec<unknown>, 'maxBytes'>): number {
  return Math.max(24, 8 + Math.ceil(maxBytes / 8) * 8)
}
