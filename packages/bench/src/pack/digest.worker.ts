import { move, transferableSymbol, valueSymbol } from 'piscina'
import { type Digest, digest } from './digest.ts'

/** A chunk as it was read: the first `length` bytes of `memory`. */
export interface ChunkTask {
  readonly memory: ArrayBuffer
  readonly length: number
  readonly store: string
  readonly level: number
}

/** Run by piscina. What it answers arrives as a `Digest`. */
export function digestChunk({ memory, length, store, level }: ChunkTask): unknown {
  const { hash, packed } = digest(new Uint8Array(memory, 0, length), store, level)
  if (packed === undefined) return { hash, packed } satisfies Digest
  // Small results of zlib share a slab, which cannot be moved.
  const own = packed.byteLength === packed.buffer.byteLength ? packed : new Uint8Array(packed)
  return move({
    get [transferableSymbol]() {
      return [own.buffer]
    },
    get [valueSymbol]() {
      return { hash, packed: own }
    },
  })
}
