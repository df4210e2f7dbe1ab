import type { Value } from '@millrace/ring'
import type { Bytes, PairCodec, WordCodec } from '@millrace/ring/codec'
import type { WordArray } from './api.ts'

/** Values of one or two words, one behind the other in memory. */
export interface Numbers<T extends Value> {
  /** Bytes of one. */
  readonly bytes: number
  write(value: T, at: number): void
  /** Writes `count` values from an index on. */
  writeMany(values: ArrayLike<T>, from: number, count: number, at: number): void
  read(at: number): T
  /** Reads `count` values into the elements of an array from an index on. */
  readInto(array: WordArray, from: number, count: number, at: number): void
}

/** How values of a codec lie in the memory that `bytes` are the views of. */
export function numbersOf<T extends Value>(codec: WordCodec<T> | PairCodec<T>, { i32, f64 }: Bytes): Numbers<T> {
  const bytes = 4 * codec.words
  const same = viewOf(codec.name, i32, f64)
  const write = codec.words === 1 ? writeWord(codec, i32) : writePair(codec, i32)
  const read = codec.words === 1 ? readWord(codec, i32) : readPair(codec, i32)
  return {
    bytes,
    write,
    read,
    writeMany(values, from, count, at) {
      if (same?.constructor === values.constructor) {
        const whole = values as unknown as WordArray
        same.set(count === whole.length ? whole : whole.subarray(from, from + count), at / bytes)
      } else for (let i = 0; i < count; i++) write(values[from + i] as T, at + i * bytes)
    },
    readInto(array, from, count, at) {
      if (same?.constructor === array.constructor) array.set(same.subarray(at / bytes, at / bytes + count), from)
      else for (let i = 0; i < count; i++) array[from + i] = read(at + i * bytes) as unknown as number
    },
  }
}

function viewOf(name: string, i32: Int32Array, f64: Float64Array): WordArray | undefined {
  if (name === 'u32') return new Uint32Array(i32.buffer)
  if (name === 'i32') return i32
  return name === 'f64' ? f64 : undefined
}

function writeWord<T>(codec: WordCodec<T>, i32: Int32Array): (value: T, at: number) => void {
  return (value, at) => {
    i32[at >>> 2] = codec.toWord(value)
  }
}

function readWord<T>(codec: WordCodec<T>, i32: Int32Array): (at: number) => T {
  return (at) => codec.fromWord(i32[at >>> 2] as number)
}

function writePair<T>(codec: PairCodec<T>, i32: Int32Array): (value: T, at: number) => void {
  return (value, at) => {
    const words = codec.toPair(value)
    i32[at >>> 2] = words[0] as number
    i32[(at >>> 2) + 1] = words[1] as number
  }
}

function readPair<T>(codec: PairCodec<T>, i32: Int32Array): (at: number) => T {
  return (at) => codec.fromPair(i32[at >>> 2] as number, i32[(at >>> 2) + 1] as number)
}
