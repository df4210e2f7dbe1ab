import type { Bytes, WordCodec } from './api.ts'
import { describe, notEncodable } from './errors.ts'

/** What every codec of one word does alike; a subclass says what a word means. */
abstract class OneWord<T> implements WordCodec<T> {
  readonly name: string
  readonly maxBytes = 4
  readonly words = 1

  constructor(name: string) {
    this.name = name
  }

  abstract toWord(value: T): number
  abstract fromWord(word: number): T

  encode(value: T, into: Bytes, offset: number): number {
    into.i32[offset >>> 2] = this.toWord(value)
    return 4
  }

  decode(from: Bytes, offset: number): T {
    return this.fromWord(from.i32[offset >>> 2] as number)
  }
}

class Unsigned extends OneWord<number> {
  toWord(value: number): number {
    if (typeof value === 'number' && value >>> 0 === value) return value | 0
    throw notEncodable(this.name, 'an integer from 0 to 2 ** 32 - 1', value)
  }

  fromWord(word: number): number {
    return word >>> 0
  }
}

class Signed extends OneWord<number> {
  toWord(value: number): number {
    if (typeof value === 'number' && (value | 0) === value) return value | 0
    throw notEncodable(this.name, 'an integer from -(2 ** 31) to 2 ** 31 - 1', value)
  }

  fromWord(word: number): number {
    return word | 0
  }
}

class Truth extends OneWord<boolean> {
  toWord(value: boolean): number {
    if (typeof value === 'boolean') return value ? 1 : 0
    throw notEncodable(this.name, 'true or false', value)
  }

  fromWord(word: number): boolean {
    return word !== 0
  }
}

class Enumeration<T extends string> extends OneWord<T> {
  readonly #texts: readonly T[]
  readonly #words: ReadonlyMap<T, number>

  constructor(texts: readonly T[]) {
    super(`enum(${texts.map((text) => JSON.stringify(text)).join(',')})`)
    this.#texts = texts
    this.#words = new Map(texts.map((text, index) => [text, index]))
  }

  toWord(value: T): number {
    const word = this.#words.get(value)
    if (word === undefined) throw notEncodable(this.name, 'one of its texts', value)
    return word
  }

  fromWord(word: number): T {
    return this.#texts[word] as T
  }
}

/**
 * Integers from 0 to 2³² − 1, in one word. −0 comes out as 0; any other number, and what is no number, is refused.
 *
 * @example
 * import { u32 } from '@millrace/ring/codec'
 *
 * u32.fromWord(u32.toWord(4_000_000_000)) // => 4_000_000_000
 * u32.toWord(-1) // => throws EncodeError: expected an integer from 0 to 2 ** 32 - 1, got -1
 */
export const u32: WordCodec<number> = new Unsigned('u32')

/** Integers from −2³¹ to 2³¹ − 1, in one word. −0 comes out as 0; any other number, and what is no number, is refused. */
export const i32: WordCodec<number> = new Signed('i32')

/** `true` and `false`, in one word. Nothing else: no 0, no `undefined`. */
export const bool: WordCodec<boolean> = new Truth('bool')

/**
 * One of the texts given, in one word: its place among them. Throws `TypeError` unless it is given texts, each once.
 *
 * @example
 * import { enumOf } from '@millrace/ring/codec'
 *
 * const side = enumOf('buy', 'sell')
 * side.toWord('sell') // => 1
 * side.name // => 'enum("buy","sell")'
 */
export function enumOf<const T extends string>(...texts: readonly [T, ...T[]]): WordCodec<T> {
  const wrong = texts.find((text) => typeof text !== 'string')
  if (wrong !== undefined || texts.length === 0) throw new TypeError(`texts: expected strings, got ${describe(wrong)}`)
  const twice = texts.find((text, index) => texts.indexOf(text) !== index)
  if (twice !== undefined) throw new TypeError(`texts: expected each once, got ${describe(twice)} twice`)
  return new Enumeration(texts)
}
