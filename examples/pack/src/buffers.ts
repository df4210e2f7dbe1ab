/**
 * Memory for chunks, used again and again: it travels to a thread with a chunk, comes back with the chunk's object, and
 * is given back here once that is written. Left to the garbage collectors of several threads, which see only small
 * objects that own it, it would pile up.
 */
import { CHUNK } from './api.ts'

/** Room that compressing may need beyond the size of its input, as zstd bounds it, and for the byte that finds a file's end. */
const SLACK = 1 / 128
const SIZES: readonly number[] = [1 << 14, 1 << 16, 1 << 18, 1 << 20, CHUNK]
/** At most so many bytes are kept for later. */
const KEPT_BYTES_MAX: number = 4 * CHUNK

/** The bytes of memory that a chunk of `length` takes up while it is in flight. */
export function memoryFor(length: number): number {
  const size = SIZES.find((candidate) => length <= candidate)
  if (size === undefined) throw new RangeError(`length: expected at most ${CHUNK}, got ${length}`)
  return size + size * SLACK
}

/** The memory that is not in use. */
export class Buffers {
  readonly #kept = new Map<number, ArrayBuffer[]>()
  #keptBytes = 0

  /** Memory for a chunk of `length` bytes; what it holds is of no meaning. */
  take(length: number): ArrayBuffer {
    const size = memoryFor(length)
    const buffer = this.#kept.get(size)?.pop()
    if (buffer === undefined) return new ArrayBuffer(size)
    this.#keptBytes -= size
    return buffer
  }

  /** Gives memory back. The caller must not use it any more. */
  give(buffer: ArrayBuffer): void {
    const size = buffer.byteLength
    if (this.#keptBytes + size > KEPT_BYTES_MAX) {
      // Moved to nowhere, which frees it now.
      buffer.transfer(0)
      return
    }
    this.#keptBytes += size
    const kept = this.#kept.get(size)
    if (kept === undefined) this.#kept.set(size, [buffer])
    else kept.push(buffer)
  }
}
