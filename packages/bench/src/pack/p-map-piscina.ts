import { availableParallelism } from 'node:os'
import { CHUNK, type Entry } from '@millrace/example-pack/src/api.ts'
import { readChunk } from '@millrace/example-pack/src/read.ts'
import type { WalkedFile } from '@millrace/example-pack/src/walk.ts'
import pMap, { pMapSkip } from 'p-map'
import { Piscina } from 'piscina'
import type { Digest } from './digest.ts'
import type { ChunkTask } from './digest.worker.ts'
import { type Frame, withFrame } from './frame.ts'
import type { PackFolder } from './packer.ts'

/** Chunks between walk and store: as many as the archiver reads and writes at a time, and two for each thread. */
const CONCURRENCY = 32 + 2 * availableParallelism()

interface Listed {
  readonly entry: Entry
  readonly hashes: string[]
  isFailed: boolean
}

interface Chunk {
  readonly file: WalkedFile
  readonly listed: Listed
  readonly offset: number
}

/** What one would write with the two best known packages: p-map limits, piscina computes. */
export const packFolder: PackFolder = (job) =>
  withFrame(job, async ({ root, store, walked, list }) => {
    const threads = availableParallelism()
    const filename = new URL('./digest.worker.ts', import.meta.url).href
    await using pool = new Piscina<ChunkTask, Digest>({
      filename,
      name: 'digestChunk',
      minThreads: threads,
      maxThreads: threads,
    })
    const entries: Listed[] = []
    const storeChunk = async ({ file, listed, offset }: Chunk): Promise<typeof pMapSkip> => {
      const length = Math.min(CHUNK, file.size - offset)
      const memory = new ArrayBuffer(length + 1)
      const problem = await readChunk(root, file, offset, length, memory)
      if (problem !== undefined) listed.isFailed = true
      else if (length > 0) {
        const task: ChunkTask = { memory, length, store: store.path, level: job.level }
        // The array is right; the type that piscina gives the option is made from another overload of postMessage.
        const { hash, packed } = await pool.run(task, { transferList: [memory] as object })
        if (packed !== undefined) await store.add(hash, packed)
        listed.hashes[offset / CHUNK] = hash
      }
      return pMapSkip
    }
    await pMap(chunks(walked, entries), storeChunk, { concurrency: CONCURRENCY })
    for (const { entry, hashes, isFailed } of entries) if (!isFailed) await list(entry, hashes)
  })

async function* chunks(walked: Frame['walked'], entries: Listed[]): AsyncGenerator<Chunk, void, undefined> {
  for await (const entry of walked) {
    if (entry.type === 'problem') continue
    const listed: Listed = { entry, hashes: [], isFailed: false }
    entries.push(listed)
    if (entry.type !== 'file') continue
    for (let offset = 0; offset < Math.max(1, entry.size); offset += CHUNK) yield { file: entry, listed, offset }
  }
}
