/**
 * Small plain values as bytes, in place of a structured clone and with the same outcome: primitives, short strings, plain
 * objects and arrays of them, Buffers and Uint8Arrays. Whatever else there is, or is too large, is for the clone.
 *
 * What could come out differently is refused too: an object met twice (a clone keeps it one), a proxy (a clone throws), an
 * array with holes or fields, a key that sets a prototype, what is no plain object though it was given the prototype of one.
 */
import { Buffer } from 'node:buffer'
import { types } from 'node:util'

const UNDEFINED = 0
const NULL = 1
const FALSE = 2
const TRUE = 3
const INTEGER = 4
const DOUBLE = 5
const LATIN = 6
const WIDE = 7
const BUFFER = 8
const BYTES = 9
const ARRAY = 10
const OBJECT = 11

const MOST_OBJECTS = 16
const MOST_ITEMS = 64
const LONGEST_KEY = 64

/** Writes values into a region of shared bytes. */
export class PlainWriter {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #seen: object[] = []
  #at = 0
  #end = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Writes the value from `at` on; false if it is none of those or does not fit before `end`. Getters may throw. */
  write(value: unknown, at: number, end: number): boolean {
    this.#at = at
    this.#end = end
    if (this.#seen.length > 0) this.#seen.length = 0
    return this.#value(value)
  }

  /** Writes the values of an array, as `write` does, to be read as an array. */
  writeAll(values: readonly unknown[], at: number, end: number): boolean {
    this.#at = at
    this.#end = end
    if (this.#seen.length > 0) this.#seen.length = 0
    const { length } = values
    if (length > MOST_ITEMS || at + 3 > end) return false
    this.#head(ARRAY, length, at + 3)
    for (let i = 0; i < length; i++) if (!this.#value(values[i])) return false
    return true
  }

  #value(value: unknown): boolean {
    switch (typeof value) {
      case 'number':
        return this.#number(value)
      case 'string':
        return this.#string(value)
      case 'object':
        return value === null ? this.#tag(NULL) : this.#object(value)
      case 'boolean':
        return this.#tag(value ? TRUE : FALSE)
      case 'undefined':
        return this.#tag(UNDEFINED)
      default:
        return false
    }
  }

  #tag(tag: number): boolean {
    if (this.#at >= this.#end) return false
    this.#bytes[this.#at++] = tag
    return true
  }

  #number(value: number): boolean {
    if (this.#at + 9 > this.#end) return false
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      this.#bytes[this.#at] = INTEGER
      this.#view.setInt32(this.#at + 1, value)
      this.#at += 5
    } else {
      this.#bytes[this.#at] = DOUBLE
      this.#view.setFloat64(this.#at + 1, value)
      this.#at += 9
    }
    return true
  }

  #string(value: string): boolean {
    const { length } = value
    const start = this.#at + 3
    if (start + length > this.#end) return false
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      if (code > 255) return this.#wide(value)
      this.#bytes[start + i] = code
    }
    return this.#head(LATIN, length, start + length)
  }

  #wide(value: string): boolean {
    const { length } = value
    const start = this.#at + 3
    if (start + 2 * length > this.#end) return false
    for (let i = 0; i < length; i++) this.#view.setUint16(start + 2 * i, value.charCodeAt(i), true)
    return this.#head(WIDE, length, start + 2 * length)
  }

  #head(tag: number, count: number, next: number): boolean {
    this.#bytes[this.#at] = tag
    this.#view.setUint16(this.#at + 1, count)
    this.#at = next
    return true
  }

  #object(value: object): boolean {
    if (this.#seen.length >= MOST_OBJECTS || this.#seen.includes(value) || this.#at + 3 > this.#end) return false
    this.#seen.push(value)
    if (types.isProxy(value)) return false
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return isRecord(value) && this.#record(value)
    if (prototype === Array.prototype) return Array.isArray(value) && this.#array(value)
    if (prototype === Buffer.prototype) return this.#copy(BUFFER, value as Buffer)
    return prototype === Uint8Array.prototype && this.#copy(BYTES, value as Uint8Array)
  }

  #copy(tag: number, value: Uint8Array): boolean {
    const memory = value.buffer
    // Shared memory stays shared, and what can change its size or has fields of its own is for the clone.
    if (!(memory instanceof ArrayBuffer) || memory.resizable) return false
    const length = value.byteLength
    const start = this.#at + 3
    if (start + length > this.#end) return false
    this.#bytes.set(value, start)
    return this.#head(tag, length, start + length)
  }

  #array(value: readonly unknown[]): boolean {
    const { length } = value
    if (length > MOST_ITEMS) return false
    this.#head(ARRAY, length, this.#at + 3)
    let fields = 0
    for (const key in value) if (Object.hasOwn(value, key)) fields++
    if (fields !== length) return false
    for (let i = 0; i < length; i++) {
      const item = value[i]
      // As many fields as items, yet one of them is no item.
      if ((item === undefined && !Object.hasOwn(value, i)) || !this.#value(item)) return false
    }
    return true
  }

  #record(value: Record<string, unknown>): boolean {
    const keys = Object.keys(value)
    if (keys.length > MOST_ITEMS) return false
    this.#head(OBJECT, keys.length, this.#at + 3)
    for (const key of keys) if (!this.#key(key) || !this.#value(value[key])) return false
    return true
  }

  #key(key: string): boolean {
    const { length } = key
    const start = this.#at + 1
    if (length > LONGEST_KEY || start + length > this.#end || key === '__proto__') return false
    for (let i = 0; i < length; i++) {
      const code = key.charCodeAt(i)
      if (code > 255) return false
      this.#bytes[start + i] = code
    }
    this.#bytes[this.#at] = length
    this.#at = start + length
    return true
  }
}

function isRecord(value: object): value is Record<string, unknown> {
  return (
    tagOf.call(value) === '[object Object]' && !ArrayBuffer.isView(value) && !types.isMap(value) && !types.isSet(value)
  )
}

const tagOf: () => string = Object.prototype.toString

/** Methods of Buffer that its types leave out; `toString` comes to the same after some questions. */
interface Text {
  latin1Slice(start: number, end: number): string
  ucs2Slice(start: number, end: number): string
}

/** Reads what a writer wrote, as values of this thread's own. */
export class PlainReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #text: Text
  /** Keys that were read lately: making a string costs more than recognising one. */
  readonly #keys: string[] = new Array<string>(256).fill('')
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as unknown as Text
  }

  /** The value that was written from `at` on. */
  read(at: number): unknown {
    this.#at = at
    return this.#value()
  }

  #value(): unknown {
    const tag = this.#bytes[this.#at++]
    switch (tag) {
      case INTEGER:
        this.#at += 4
        return this.#view.getInt32(this.#at - 4)
      case DOUBLE:
        this.#at += 8
        return this.#view.getFloat64(this.#at - 8)
      case UNDEFINED:
        return undefined
      case NULL:
        return null
      case FALSE:
        return false
      case TRUE:
        return true
      default:
        return this.#counted(tag, this.#count())
    }
  }

  #counted(tag: number | undefined, count: number): unknown {
    if (tag === OBJECT) return this.#record(count)
    if (tag === ARRAY) return this.#array(count)
    const start = this.#at
    this.#at += tag === WIDE ? 2 * count : count
    if (tag === LATIN) return this.#text.latin1Slice(start, this.#at)
    if (tag === WIDE) return this.#text.ucs2Slice(start, this.#at)
    const copy = tag === BUFFER ? Buffer.allocUnsafeSlow(count) : new Uint8Array(count)
    copy.set(this.#bytes.subarray(start, this.#at))
    return copy
  }

  #count(): number {
    this.#at += 2
    return this.#view.getUint16(this.#at - 2)
  }

  #array(length: number): unknown[] {
    const array: unknown[] = []
    for (let i = 0; i < length; i++) array.push(this.#value())
    return array
  }

  #record(fields: number): Record<string, unknown> {
    const record: Record<string, unknown> = {}
    for (let i = 0; i < fields; i++) {
      const key = this.#key()
      record[key] = this.#value()
    }
    return record
  }

  #key(): string {
    const length = this.#bytes[this.#at++] as number
    const start = this.#at
    this.#at += length
    const first = this.#bytes[start] as number
    const last = this.#bytes[this.#at - 1] as number
    const place = length === 0 ? 0 : (first * 7 + last * 31 + length) & 255
    const known = this.#keys[place] as string
    if (known.length === length && this.#is(known, start)) return known
    const key = this.#text.latin1Slice(start, this.#at)
    this.#keys[place] = key
    return key
  }

  #is(known: string, start: number): boolean {
    for (let i = 0; i < known.length; i++) if (known.charCodeAt(i) !== this.#bytes[start + i]) return false
    return true
  }
}
