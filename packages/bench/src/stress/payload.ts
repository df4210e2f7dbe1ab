import { bytes, type Codec, u32 } from '@millrace/ring/codec'
import { MOST_VALUES } from './ledger.ts'

/** How the values of a round become bytes. */
export type Form = 'u32' | 'bytes'

/** All there are. */
export const FORMS: readonly Form[] = ['u32', 'bytes']

const MOST_BYTES = 256

/** Which value of which producer it is. */
interface Origin {
  readonly producer: number
  readonly number: number
}

/** Values that say where they are from, and whether they arrived whole. */
export interface Payload {
  readonly codec: Codec<number> | Codec<Uint8Array>
  make(producer: number, number: number): number | Uint8Array
  /** Where a value is from; `undefined` if it is not as it was made. */
  read(value: number | Uint8Array): Origin | undefined
}

/** The values of a form. */
export function payloadOf(form: Form): Payload {
  return form === 'u32' ? inWords : inBytes
}

const inWords: Payload = {
  codec: u32,
  make: idOf,
  read: (value) => (typeof value === 'number' ? originOf(value) : undefined),
}

// The length and each byte follow from the first four, so that a mixture of two records is found.
const inBytes: Payload = {
  codec: bytes(MOST_BYTES),
  make(producer, number) {
    const id = idOf(producer, number)
    const record = new Uint8Array(lengthOf(id))
    new DataView(record.buffer).setUint32(0, id)
    for (let i = 4; i < record.length; i++) record[i] = id + i
    return record
  },
  read(value) {
    if (typeof value === 'number' || value.length < 4) return undefined
    const id = new DataView(value.buffer, value.byteOffset, 4).getUint32(0)
    if (value.length !== lengthOf(id)) return undefined
    for (let i = 4; i < value.length; i++) if (value[i] !== ((id + i) & 255)) return undefined
    return originOf(id)
  },
}

function idOf(producer: number, number: number): number {
  return producer * MOST_VALUES + number
}

function originOf(id: number): Origin {
  return { producer: Math.floor(id / MOST_VALUES), number: id % MOST_VALUES }
}

function lengthOf(id: number): number {
  return 4 + ((Math.imul(id, 0x9e3779b1) >>> 16) % (MOST_BYTES - 3))
}
