/** What the threads do: the only place where contents are hashed, compressed and expanded. */
import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type Moved, move } from '@millrace/pool/thread'
import { CHUNK } from './api.ts'
import { objectName } from './store.ts'

// Larger than the slab that small Buffers share.
const LARGE_BYTES = 256 * 1024

/** A chunk as it was read: the first `length` bytes of `memory`. `id` tells the answer whose it is. */
export interface RawChunk {
  readonly id: number
  readonly memory: ArrayBuffer
  readonly length: number
  readonly store: string
  readonly level: number
}

/** A chunk by name, and the memory it came in: its first `packedLength` bytes are its object, unless the store has it. */
export interface NamedChunk {
  readonly id: number
  readonly hash: string
  readonly memory: ArrayBuffer
  readonly packedLength: number | undefined
}

/** Names a chunk and, if the store does not have it yet, compresses it, in place. */
export function digest({ id, memory, length, store, level }: RawChunk): Moved<NamedChunk> {
  const bytes = new Uint8Array(memory, 0, length)
  const name = hash('sha256', bytes)
  // An object is whole as soon as its name is there, so finding the name is enough.
  if (existsSync(join(store, objectName(name))))
    return move({ id, hash: name, memory, packedLength: undefined }, [memory])
  const packed = zstdCompressSync(bytes, {
    // One piece of output: zlib would make more of them and then copy all into another.
    chunkSize: Math.max(64, memory.byteLength),
    params: { [constants.ZSTD_c_compressionLevel]: level },
  })
  const packedLength = packed.length
  new Uint8Array(memory).set(packed)
  free(packed)
  return move({ id, hash: name, memory, packedLength }, [memory])
}

/** An object as it was read, and the name it should have. */
export interface PackedChunk {
  readonly id: number
  readonly hash: string
  readonly packed: Uint8Array<ArrayBuffer>
}

/** What an object holds, or why it is not what its name says. */
export interface ExpandedChunk {
  readonly id: number
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly fault: string | undefined
}

/** Expands an object and checks it against its name. */
export function expand({ id, hash, packed }: PackedChunk): Moved<ExpandedChunk> {
  let bytes: Uint8Array<ArrayBuffer> = new Uint8Array(new ArrayBuffer(0))
  let fault: string | undefined
  try {
    // No object holds more than a chunk, so one that would expand to more is damaged or hostile.
    bytes = owned(zstdDecompressSync(packed, { maxOutputLength: CHUNK }))
    if (sha256(bytes) !== hash) fault = 'its content has another hash than its name'
  } catch (error) {
    fault = `cannot be decompressed: ${error instanceof Error ? error.message : String(error)}`
  }
  return move({ id, bytes, fault }, [bytes.buffer])
}

/** Names a chunk that was read back, to compare it with what should be there. */
export function name({ id, memory, length }: Pick<RawChunk, 'id' | 'memory' | 'length'>): Moved<NamedChunk> {
  const hash = sha256(new Uint8Array(memory, 0, length))
  return move({ id, hash, memory, packedLength: undefined }, [memory])
}

/** Frees the memory of a large result at once; a thread that makes little else would collect it late. */
function free({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > LARGE_BYTES) buffer.transfer(0)
}
