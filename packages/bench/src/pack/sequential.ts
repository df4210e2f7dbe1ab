import { CHUNK } from '@millrace/example-pack/src/api.ts'
import { readChunk } from '@millrace/example-pack/src/read.ts'
import { digest } from './digest.ts'
import { packListed } from './frame.ts'
import type { PackFolder } from './packer.ts'

/** One thing after the other, in one piece of memory. */
export const packFolder: PackFolder = (job) => {
  const memory = new ArrayBuffer(CHUNK + 1)
  return packListed(job, async (root, store, file) => {
    const hashes: string[] = []
    for (let offset = 0; offset < Math.max(1, file.size); offset += CHUNK) {
      const length = Math.min(CHUNK, file.size - offset)
      const problem = await readChunk(root, file, offset, length, memory)
      if (problem !== undefined) return undefined
      if (length === 0) break
      const { hash, packed } = digest(new Uint8Array(memory, 0, length), store.path, job.level)
      if (packed !== undefined) await store.add(hash, packed)
      hashes.push(hash)
    }
    return hashes
  })
}
