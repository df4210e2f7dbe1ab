/**
 * What is moved between threads. Every value carries its number, 0 … items - 1, and something that depends on it.
 *
 * INVARIANT  `read` gives the number of a whole value, and NaN for one that is damaged: a damaged value is not counted.
 */

/** The values of one kind. */
export interface Payload<T> {
  /** The value with this number, to be copied before the next call: records are made in one piece of memory. */
  make(number: number): T
  /** `count` values from this number on, to be copied before the next call. */
  makeMany(first: number, count: number): T[]
  read(value: T): number
}

/** An object as programs send them. */
export interface Item {
  readonly id: number
  readonly name: string
  readonly n: number
}

/** The kinds by name: a number, a record of so many bytes, an object. */
export type PayloadName = 'u32' | 'bytes-64' | 'bytes-1024' | 'object'

/** The values of a kind, for code that does not look into them. */
export function payloadOf(name: PayloadName): Payload<unknown> {
  if (name === 'u32') return numbers()
  return name === 'object' ? items() : records(bytesOf(name))
}

/** How long a record is. */
export function bytesOf(name: PayloadName): number {
  if (name === 'bytes-64') return 64
  if (name === 'bytes-1024') return 1024
  throw new TypeError(`payload: ${name} is not a record`)
}

/** Numbers of 32 bits. */
export function numbers(): Payload<number> {
  const many: number[] = []
  return {
    make: (number) => number,
    makeMany: (first, count) => {
      many.length = count
      for (let i = 0; i < count; i++) many[i] = first + i
      return many
    },
    read: (value) => value,
  }
}

/** Records of `length` bytes, that begin with their number and end with the complement of its low byte. */
export function records(length: number): Payload<Uint8Array> {
  const one = new Uint8Array(length)
  const many: Uint8Array[] = []
  return {
    make: (number) => writeRecord(one, number),
    makeMany: (first, count) => {
      while (many.length < count) many.push(new Uint8Array(length))
      many.length = count
      for (let i = 0; i < count; i++) writeRecord(many[i] ?? one, first + i)
      return many
    },
    read: readRecord,
  }
}

function writeRecord(record: Uint8Array, number: number): Uint8Array {
  record[0] = number
  record[1] = number >>> 8
  record[2] = number >>> 16
  record[3] = number >>> 24
  record[record.length - 1] = ~number
  return record
}

function readRecord(record: Uint8Array): number {
  const low = record[0] ?? 0
  if (low + (record[record.length - 1] ?? 0) !== 255) return Number.NaN
  return (low | ((record[1] ?? 0) << 8) | ((record[2] ?? 0) << 16) | ((record[3] ?? 0) << 24)) >>> 0
}

/** Objects, new ones each time. */
export function items(): Payload<Item> {
  const names = Array.from({ length: 1024 }, (_, i) => `item ${i}`)
  const nameOf = (number: number) => names[number % names.length] ?? ''
  const make = (number: number): Item => ({ id: number, name: nameOf(number), n: number / 2 })
  return {
    make,
    makeMany: (first, count) => {
      const many: Item[] = []
      for (let i = 0; i < count; i++) many.push(make(first + i))
      return many
    },
    read: ({ id, name, n }) => (n === id / 2 && name.length === nameOf(id).length ? id : Number.NaN),
  }
}
