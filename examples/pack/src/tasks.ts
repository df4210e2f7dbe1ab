/**
 * What the threads do: the only place where contents are hashed, compressed and expanded.
 *
 * Each task works in place: the memory a chunk comes in is moved to the thread and moved back with the result in it.
 */
import { hash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type Moved, move } from '@millrace/pool/thread'
import { objectName } from './store.ts'

// More than a slab that small Buffers share, so that every result of zlib has memory of its own, which can be freed.
const OUTPUT_BYTES_MIN = 128 * 1024

/** A chunk: the first `length` bytes of `memory`. `id` tells the answer whose it is. */
export interface RawChunk {
  readonly id: number
  readonly memory: ArrayBuffer
  readonly length: number
}

/** A chunk to pack. */
export interface ChunkToPack extends RawChunk {
  readonly store: string
  readonly level: number
}

/** A chunk by name, and the memory it came in: its first `packedLength` bytes are its object, unless the store has it. */
export interface NamedChunk {
  readonly id: number
  readonly name: string
  readonly memory: ArrayBuffer
  readonly packedLength: number | undefined
}

/** An object as it was read: the first `packedLength` bytes of `memory`. It should hold `length` bytes whose hash is `name`. */
export interface PackedChunk extends RawChunk {
  readonly name: string
  readonly packedLength: number
}

/** The memory an object came in. Without a fault, it holds what it should. */
export interface ExpandedChunk {
  readonly id: number
  readonly memory: ArrayBuffer
  readonly fault: string | undefined
}

/** Names a chunk and, if the store does not have it yet, compresses it. */
export function digest({ id, memory, length, store, level }: ChunkToPack): Moved<NamedChunk> {
  const bytes = new Uint8Array(memory, 0, length)
  const name = hash('sha256', bytes)
  if (isStored(join(store, objectName(name)))) return move({ id, name, memory, packedLength: undefined }, [memory])
  const packed = zstdCompressSync(bytes, {
    chunkSize: outputSize(memory),
    params: { [constants.ZSTD_c_compressionLevel]: level },
  })
  return move({ id, name, memory, packedLength: putBack(packed, memory) }, [memory])
}

/** An object is whole as soon as its name is there; what is empty or no file was not made by a packer and is replaced. */
function isStored(path: string): boolean {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    return stats?.isFile() === true && stats.size > 0
  } catch {
    // Writing the object will tell why.
    return false
  }
}

/** Names a chunk that was read back, to compare it with what should be there. */
export function identify({ id, memory, length }: RawChunk): Moved<NamedChunk> {
  const name = hash('sha256', new Uint8Array(memory, 0, length))
  return move({ id, name, memory, packedLength: undefined }, [memory])
}

/** Expands an object and checks it against its name. */
export function expand({ id, memory, length, name, packedLength }: PackedChunk): Moved<ExpandedChunk> {
  const fault = expandInPlace(memory, packedLength, length)
  const isRight = fault !== undefined || hash('sha256', new Uint8Array(memory, 0, length)) === name
  return move({ id, memory, fault: isRight ? fault : 'its content has another hash than its name' }, [memory])
}

function expandInPlace(memory: ArrayBuffer, packedLength: number, length: number): string | undefined {
  try {
    const bytes = zstdDecompressSync(new Uint8Array(memory, 0, packedLength), {
      chunkSize: outputSize(memory),
      // One byte more shows that it holds too much; a hostile one could expand without end.
      maxOutputLength: length + 1,
    })
    const found = putBack(bytes, memory)
    return found === length ? undefined : `it holds ${found} bytes and not ${length}`
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      return `it holds more than ${length} bytes`
    }
    return `it cannot be decompressed: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Room for all output in one piece: of several, zlib would make another one. */
function outputSize(memory: ArrayBuffer): number {
  return Math.max(OUTPUT_BYTES_MIN, memory.byteLength)
}

/** Copies a result of zlib into the memory that travels, and frees its own at once: left to the collector, it would pile up. */
function putBack(result: Buffer, memory: ArrayBuffer): number {
  const { length, buffer } = result
  new Uint8Array(memory).set(result)
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= OUTPUT_BYTES_MIN) buffer.transfer(0)
  return length
}
