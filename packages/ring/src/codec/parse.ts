import type { Codec } from './api.ts'
import { bytes, fixed } from './bytes.ts'
import { f64 } from './f64.ts'
import { json } from './json.ts'
import { nullable } from './nullable.ts'
import { string } from './string.ts'
import { struct } from './struct.ts'
import { bool, enumOf, i32, u32 } from './words.ts'

const PLAIN: Readonly<Record<string, Codec<unknown>>> = { u32, i32, f64, bool }
const LIMITED: Readonly<Record<string, (limit: number) => Codec<unknown>>> = { bytes, fixed, string, json }

/**
 * The codec of this name, with the same layout; `undefined` if it is none, or if it is, or has in it, one that has to be
 * passed again: a `customCodec` or `structured`. Throws `TypeError` unless it is given a text.
 *
 * Costs some microseconds: once, when a thread attaches.
 *
 * @example
 * import { codecOf } from '@millrace/ring/codec'
 *
 * codecOf('struct{id:u32,name:string(32)}')?.maxBytes // => 41
 * codecOf('custom("date",8)') // => undefined
 */
export function codecOf(name: string): Codec<unknown> | undefined {
  if (typeof name !== 'string') throw new TypeError(`name: expected a string, got ${String(name)}`)
  try {
    const codec = new Reader(name).codec()
    return codec.name === name ? codec : undefined
  } catch {
    // What is written there makes no codec: the name of none, or options that no codec can have.
    return undefined
  }
}

/** Reads names by recursive descent, one method for what can begin at a place. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  codec(): Codec<unknown> {
    const word = this.#take(/[a-z]+[0-9]*/y)
    if (Object.hasOwn(PLAIN, word)) return PLAIN[word] as Codec<unknown>
    if (Object.hasOwn(LIMITED, word)) return this.#between('(', ')', () => this.#limited(word))
    if (word === 'enum') return this.#between('(', ')', () => enumOf(...(this.#list(() => this.#quoted()) as [string])))
    if (word === 'nullable') return this.#between('(', ')', () => nullable(this.codec()))
    if (word !== 'struct') throw new SyntaxError(this.#text)
    return this.#between('{', '}', () => struct(Object.fromEntries(this.#list(() => this.#field()))))
  }

  #limited(word: string): Codec<unknown> {
    return (LIMITED[word] as (limit: number) => Codec<unknown>)(Number(this.#take(/[0-9]+/y)))
  }

  #field(): [string, Codec<unknown>] {
    const key = this.#text[this.#at] === '"' ? this.#quoted() : this.#take(/[A-Za-z_$][\w$]*/y)
    this.#take(/:/y)
    return [key, this.codec()]
  }

  #quoted(): string {
    return JSON.parse(this.#take(/"(?:[^"\\]|\\.)*"/y))
  }

  #list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.#text[this.#at] === ',') {
      this.#at++
      items.push(item())
    }
    return items
  }

  #between<T>(open: string, close: string, read: () => T): T {
    this.#literal(open)
    const value = read()
    this.#literal(close)
    return value
  }

  #literal(text: string): void {
    if (this.#text[this.#at] !== text) throw new SyntaxError(this.#text)
    this.#at++
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found === undefined) throw new SyntaxError(this.#text)
    this.#at += found.length
    return found
  }
}
