/**
 * Packs a folder into a store.
 *
 *     walk ─▶ read ═▶ digest ═▶ write ═▶ manifest        ═▶ several at once, in any order
 *      │    16 files   threads   16 objects  ▲
 *      └──── directories, links ── ledger ───┘           back into the order of the walk
 *
 * INVARIANT  memory: BUDGET_BYTES of contents between walk and store, counted before they are read; beside them, for
 *            each thread a chunk and its object, WINDOW entries, and the names of the directories being walked.
 * INVARIANT  the manifest is replaced only after every object it names is safe on disk; a run that is cut short
 *            leaves whole objects and the manifest before.
 */
import { availableParallelism } from 'node:os'
import { from, type PipelineStats, type Run } from '@millrace/pipeline'
import { threadPool } from '@millrace/pool'
import { LEVEL, type Progress, type Report, type StageProgress } from './api.ts'
import { Buffers } from './buffers.ts'
import { packSource } from './folders.ts'
import { type Chunk, Ledger } from './ledger.ts'
import { count, entryLine, headerLine, noTotals, type Totals, trailerLine } from './manifest.ts'
import type { BytePath } from './names.ts'
import { readChunk } from './read.ts'
import { type ManifestFile, Store, storeIdentity, type WriteDurably } from './store.ts'
import type { NamedChunk, RawChunk } from './tasks.ts'
import { type WalkedFile, walk } from './walk.ts'

/** At most so many files are read at a time. */
const READS = 16
/** At most so many objects are written at a time, so that the disk can sync several together. */
const WRITES = 16
const PROGRESS_MS = 100

/** What to pack, and how. */
export interface PackOptions {
  /** The folder, which is not changed. */
  readonly folder: string
  /** The store; made if it is not there, left out if it lies in the folder. */
  readonly store: string
  /** The zstd level; 3 if not given. */
  readonly level?: number | undefined
  /** Threads that hash and compress; as many as the machine runs at a time if not given. */
  readonly threads?: number | undefined
  /** Ends the run, which then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
  /** Called about ten times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** How objects are written: to a new file, synced, if not given. */
  readonly write?: WriteDurably | undefined
}

/** How packing went. */
export interface PackReport extends Report, Totals {
  /** Objects this run wrote, what they hold, and their size on disk. */
  readonly written: { readonly objects: number; readonly contentBytes: number; readonly bytes: number }
  /** Chunks whose content the store had already. */
  readonly knownChunks: number
}

/**
 * Packs a folder into a store: contents once each, by their hash, and a manifest of what the folder held.
 *
 * What cannot be packed is in `problems` of the report, the rest is packed. Rejects with `PackError` if nothing can be
 * packed (code `usage`), another packer has the store (`busy`), or the store cannot be written (`store`).
 */
export async function pack(options: PackOptions): Promise<PackReport> {
  const root = await packSource(options.folder, options.store)
  await using store = await Store.open(options.store, options.write)
  const manifest = await store.manifest()
  const packing = new Packing(root, store, manifest, options)
  try {
    return await packing.run()
  } finally {
    await manifest.abandon()
  }
}

class Packing {
  readonly #root: BytePath
  readonly #store: Store
  readonly #manifest: ManifestFile
  readonly #options: PackOptions
  readonly #ledger: Ledger<WalkedFile>
  readonly #buffers = new Buffers()
  readonly #totals = noTotals()
  readonly #written = { objects: 0, contentBytes: 0, bytes: 0 }
  readonly #bytes = { walk: 0, read: 0, digest: 0 }
  // Ends the walk's waits when the run ends before it.
  readonly #stop = new AbortController()
  #knownChunks = 0
  #listed = 0

  constructor(root: BytePath, store: Store, manifest: ManifestFile, options: PackOptions) {
    this.#root = root
    this.#store = store
    this.#manifest = manifest
    this.#options = options
    this.#ledger = new Ledger((entry, hashes) => {
      manifest.append(entryLine(entry, hashes))
      count(this.#totals, entry)
      this.#listed++
    })
  }

  async run(): Promise<PackReport> {
    const { signal, level = LEVEL, threads = availableParallelism(), onProgress } = this.#options
    const pool = threadPool<typeof import('./tasks.ts')>(new URL('./tasks.ts', import.meta.url), { threads })
    const run = from(this.#walk(), { name: 'walk' })
      .filterMap((chunk) => this.#read(chunk, level), { concurrency: READS, ordered: false, name: 'read' })
      .threads(pool, 'digest', { ordered: false, transfer: ({ memory }) => [memory], name: 'digest' })
      .map((chunk) => this.#keep(chunk), { concurrency: WRITES, ordered: false, name: 'write' })
      .run({ signal })
    const ticking = setInterval(() => onProgress?.(this.#progress(run.stats())), PROGRESS_MS).unref()
    try {
      await drain(run)
      const { bottleneck, ...stats } = await run.done
      this.#manifest.append(trailerLine(this.#totals))
      await this.#manifest.commit()
      const { problems } = this.#ledger
      const counts = { ...this.#totals, written: this.#written, knownChunks: this.#knownChunks }
      return { ...this.#progress(stats), ...counts, bottleneck, problems }
    } finally {
      clearInterval(ticking)
      this.#stop.abort()
      await pool.shutdown({ timeoutMs: 0 })
    }
  }

  async *#walk(): AsyncGenerator<Chunk<WalkedFile>, void, undefined> {
    const waiting = { signal: this.#stop.signal }
    this.#manifest.append(headerLine())
    for await (const walked of walk(this.#root, await storeIdentity(this.#store.path))) {
      if (this.#manifest.isFull) await this.#manifest.flush()
      if (walked.type === 'problem') this.#ledger.report(walked)
      else if (walked.type !== 'file') await this.#ledger.add(walked, waiting)
      else {
        this.#bytes.walk += walked.size
        yield* this.#ledger.chunks(walked, waiting)
      }
    }
  }

  async #read(chunk: Chunk<WalkedFile>, level: number): Promise<RawChunk | undefined> {
    const { id, entry, offset, length } = chunk
    if (this.#ledger.isFailed(chunk)) {
      this.#ledger.settle(chunk)
      return undefined
    }
    const memory = this.#buffers.take(length)
    const problem = await readChunk(this.#root, entry, offset, length, memory)
    this.#bytes.read += length
    if (problem === undefined && length > 0) return { id, memory, length, store: this.#store.path, level }
    this.#buffers.give(memory)
    if (problem === undefined) this.#ledger.settle(chunk)
    else this.#ledger.fail(chunk, problem)
    return undefined
  }

  async #keep({ id, hash, memory, packedLength }: NamedChunk): Promise<number> {
    const chunk = this.#ledger.chunk(id)
    this.#bytes.digest += chunk.length
    if (packedLength !== undefined && (await this.#store.add(hash, new Uint8Array(memory, 0, packedLength)))) {
      this.#written.objects++
      this.#written.contentBytes += chunk.length
      this.#written.bytes += packedLength
    } else this.#knownChunks++
    this.#buffers.give(memory)
    this.#ledger.settle(chunk, hash)
    return id
  }

  #progress({ elapsedMs, source, stages }: PipelineStats): Progress {
    const { walk: walked, read, digest } = this.#bytes
    const bytes = [walked, read, digest, this.#written.bytes]
    const busy: StageProgress[] = [{ ...source, name: 'walk' }, ...stages].map((stage, i) => ({
      name: stage.name,
      running: stage.running,
      waiting: stage.waiting,
      done: stage.done,
      bytes: bytes[i],
      busy: stage.busy,
    }))
    const manifest = { running: 0, waiting: this.#ledger.length, done: this.#listed, bytes: undefined, busy: 0 }
    return { elapsedMs, stages: [...busy, { name: 'manifest', ...manifest }] }
  }
}

/** Takes the results, which are only numbers: all work is done in the stages. */
async function drain(run: Run<number>): Promise<void> {
  while ((await run.output.receiveMany(64)).length > 0);
}
