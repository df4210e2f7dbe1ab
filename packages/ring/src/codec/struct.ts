import type { Bytes, Codec, Infer } from './api.ts'
import { checkCodec, checkLimit } from './check.ts'
import { describe, EncodeError, inField, notEncodable } from './errors.ts'
import { type Field, layOut, NO_LENGTH, PAIR, roundUp, type StructLayout, WORD } from './struct-layout.ts'

type Fields = Readonly<Record<string, Codec<unknown>>>
type Values = Record<string, unknown>

class Struct implements Codec<Values> {
  readonly name: string
  readonly maxBytes: number
  readonly #layout: StructLayout

  constructor(codecs: Fields) {
    const entries = Object.entries(codecs)
    this.name = `struct{${entries.map(([key, { name }]) => `${spell(key)}:${name}`).join(',')}}`
    this.#layout = layOut(codecs)
    this.maxBytes = this.#layout.maxBytes
  }

  encode(value: Values, into: Bytes, offset: number): number {
    if (typeof value !== 'object' || value === null) throw notEncodable(this.name, 'an object', value)
    const length = this.#encodeInOrder(value, into, offset)
    return length === OTHER_ORDER ? this.#encodeByName(value, into, offset) : length
  }

  decode(from: Bytes, offset: number, length: number): Values {
    const { fields, fixedBytes } = this.#layout
    const value: Values = {}
    let end = offset + fixedBytes
    for (let i = 0; i < fields.length; i++) {
      const { kind, key, codec, at } = fields[i] as Field
      if (kind === WORD) value[key] = codec.fromWord(from.i32[(offset + at) >>> 2] as number)
      else if (kind === PAIR) value[key] = codec.decode(from, offset + at, 8)
      else {
        const start = roundUp(end)
        end = at === NO_LENGTH ? offset + length : start + (from.i32[(offset + at) >>> 2] as number)
        value[key] = codec.decode(from, start, end - start)
      }
    }
    return value
  }

  /** Encodes an object that has exactly the fields, in their order, as most have; `for in` reads those fastest. */
  #encodeInOrder(value: Values, into: Bytes, offset: number): number {
    const { fields, fixedBytes } = this.#layout
    let end = offset + fixedBytes
    let index = 0
    let current = ''
    try {
      for (const key in value) {
        const field = fields[index++]
        if (field === undefined || field.key !== key) return OTHER_ORDER
        current = key
        end = put(field, value[key], into, offset, end)
      }
    } catch (error) {
      throw inField(current, error)
    }
    return index === fields.length ? end - offset : OTHER_ORDER
  }

  #encodeByName(value: Values, into: Bytes, offset: number): number {
    const { fields, fixedBytes } = this.#layout
    const unknown = Object.keys(value).find((key) => !fields.some((field) => field.key === key))
    if (unknown !== undefined) throw this.#refusal(`has no field ${JSON.stringify(unknown)}`)
    let end = offset + fixedBytes
    for (const field of fields) {
      const { key } = field
      const given = value[key]
      if (given === undefined) throw this.#refusal(`misses the field ${JSON.stringify(key)}`)
      try {
        end = put(field, given, into, offset, end)
      } catch (error) {
        throw inField(key, error)
      }
    }
    return end - offset
  }

  #refusal(reason: string): EncodeError {
    return new EncodeError('not-encodable', this.name, reason)
  }
}

const OTHER_ORDER = -1

/** Writes one field, and answers where the bytes written so far end. */
function put(field: Field, value: unknown, into: Bytes, offset: number, end: number): number {
  const { kind, codec, at } = field
  if (kind === WORD) {
    into.i32[(offset + at) >>> 2] = codec.toWord(value)
    return end
  }
  if (kind === PAIR) {
    codec.encode(value, into, offset + at)
    return end
  }
  const start = roundUp(end)
  const length = codec.encode(value, into, start)
  if (at !== NO_LENGTH) into.i32[(offset + at) >>> 2] = length
  return start + length
}

/**
 * Objects of these fields, each with its codec, structs too. An object with other fields, or without one of them, is
 * refused as `'not-encodable'`; an `EncodeError` of a field has its `path`. What comes out is a plain object with the
 * fields in the order of the schema, which is part of the name.
 *
 * A field is read once or twice, as `value.field`: a getter is called, and what it throws comes out as it is. Throws
 * `TypeError` unless it is given at least one field and a codec for each, `RangeError` if they take more than 2³⁰ bytes.
 *
 * Costs what the codecs of its fields cost, and an object when it is read. To write one whose fields are in another order
 * than the schema's costs about twice as much.
 *
 * @example
 * import { f64, string, struct, u32 } from '@millrace/ring/codec'
 *
 * const trade = struct({ id: u32, symbol: string(12), price: f64 })
 * trade.name // => 'struct{id:u32,symbol:string(12),price:f64}'
 */
export function struct<const F extends Fields>(fields: F): Codec<{ -readonly [K in keyof F]: Infer<F[K]> }> {
  if (typeof fields !== 'object' || fields === null || Object.keys(fields).length === 0) {
    throw new TypeError(`fields: expected { name: codec }, got ${describe(fields)}`)
  }
  for (const [key, codec] of Object.entries(fields)) checkCodec(`fields.${key}`, codec)
  if (Object.hasOwn(fields, '__proto__')) throw new TypeError('fields: __proto__ cannot be the name of a field')
  const codec = new Struct(fields)
  checkLimit('maxBytes of all fields', codec.maxBytes)
  return codec as unknown as Codec<{ -readonly [K in keyof F]: Infer<F[K]> }>
}

function spell(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)
}
