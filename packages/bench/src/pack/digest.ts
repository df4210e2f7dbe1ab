import { hash as hashOf } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { constants, zstdCompressSync } from 'node:zlib'
import { objectName } from '@millrace/example-pack/src/store.ts'

/** A chunk by name; `packed` is its object, unless the store has it. */
export interface Digest {
  readonly hash: string
  readonly packed: Uint8Array | undefined
}

/** What the archiver does to a chunk in its threads, for the packers that do it elsewhere: the same calls, as well tuned. */
export function digest(bytes: Uint8Array, store: string, level: number): Digest {
  const hash = hashOf('sha256', bytes)
  if (existsSync(join(store, objectName(hash)))) return { hash, packed: undefined }
  const packed = zstdCompressSync(bytes, {
    // Room for the worst case, so that zlib need not piece the result together.
    chunkSize: bytes.length + (bytes.length >> 8) + 64,
    params: { [constants.ZSTD_c_compressionLevel]: level },
  })
  return { hash, packed }
}
