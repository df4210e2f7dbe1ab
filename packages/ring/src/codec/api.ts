/**
 * Views of one memory, each from its byte 0, so that any of them reads the same place at the same byte offset.
 *
 * Whoever owns the memory makes them, and makes them anew when it has grown.
 */
export interface Bytes {
  /** Words: the byte offset divided by 4. */
  readonly i32: Int32Array
  /** Single bytes. */
  readonly u8: Uint8Array
  /** Doubles: the byte offset divided by 8. */
  readonly f64: Float64Array
  /** For what the others cannot read. */
  readonly view: DataView
}

/**
 * Turns values into bytes and back, so that they can lie in shared memory. Stateless: one codec serves any number of
 * channels and rings. All threads of a machine read what one of them wrote; the byte order is the machine's own.
 */
export interface Codec<T> {
  /** What the bytes are, in full: `struct{id:u32,name:string(32)}`. Both ends of a channel must have the same. */
  readonly name: string
  /** The most bytes an encoded value takes. */
  readonly maxBytes: number
  /** How many words every value is, if that is one or two: then it is a `WordCodec` or a `PairCodec`. */
  readonly words?: 1 | 2
  /**
   * Writes the value from `offset` on, a multiple of 8, and answers how many bytes it took; touches none outside of
   * `offset` to `offset + maxBytes`. Throws `EncodeError` if the value is none of its kind or too large, or whatever a
   * getter or `toJSON` of the value throws; bytes within the limit may have been written by then.
   */
  encode(value: T, into: Bytes, offset: number): number
  /** Reads the value that `encode` wrote in `length` bytes. What it answers is the caller's own: no view of the memory. */
  decode(from: Bytes, offset: number, length: number): T
}

/** A codec whose values are one word each. They need no bytes: a word is passed as a number from −2³¹ to 2³¹ − 1. */
export interface WordCodec<T> extends Codec<T> {
  /** One word. */
  readonly words: 1
  /** The value as a word; throws `EncodeError` if the value is none of its kind. */
  toWord(value: T): number
  /** The value of a word. */
  fromWord(word: number): T
}

/** A codec whose values are two words each, passed as two numbers from −2³¹ to 2³¹ − 1. */
export interface PairCodec<T> extends Codec<T> {
  /** Two words. */
  readonly words: 2
  /** The value as two words, that of the lower address first, in an array that the next call overwrites. Throws as `encode`. */
  toPair(value: T): Int32Array
  /** The value of two words. */
  fromPair(first: number, second: number): T
}

/**
 * The type of the values a codec takes and gives.
 *
 * @example
 * import { f64, type Infer, struct } from '@millrace/ring/codec'
 *
 * const point = struct({ x: f64, y: f64 })
 * const origin: Infer<typeof point> = { x: 0, y: 0 }
 * origin.x // => 0
 */
export type Infer<C> = C extends Codec<infer T> ? T : never
