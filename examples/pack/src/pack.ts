/**
 * Packs a folder into a store.
 *
 *     walk ─▶ read ═▶ digest ═▶ write            ═▶ several at once, in any order
 *      │                          ▼
 *      └─ directories, links ▶ ledger ▶ manifest  back in the order of the walk
 *
 * INVARIANT  memory: BUDGET_BYTES for contents between walk and store, counted before they are read, and as much again
 *            at most while threads compress; beside it WINDOW entries and the names of the directories being walked.
 * INVARIANT  the manifest is replaced only after every object it names is safe on disk; a run that is cut short
 *            leaves whole objects and the manifest before.
 */
import type { WaitOptions } from '@millrace/notify'
import type { Pipeline } from '@millrace/pipeline'
import { LEVEL, type Problem, type StageProgress } from './api.ts'
import { Buffers } from './buffers.ts'
import { type Flow, type FlowOptions, type FlowSummary, runFlow, type Threads } from './flow.ts'
import { packSource } from './folders.ts'
import { type Chunk, Ledger } from './ledger.ts'
import {
  count,
  entryLine,
  headerLine,
  LINE_BYTES_MAX,
  lineBytes,
  noTotals,
  type Totals,
  trailerLine,
} from './manifest.ts'
import type { BytePath } from './names.ts'
import { readChunk } from './read.ts'
import { type ManifestFile, Store, storeIdentity, type WriteDurably } from './store.ts'
import type { ChunkToPack, NamedChunk } from './tasks.ts'
import { type WalkedFile, walk } from './walk.ts'

const TOO_LARGE = `too large: its line in the manifest would have more than ${LINE_BYTES_MAX} bytes`

/** What to pack, and how. */
export interface PackOptions extends FlowOptions {
  /** The folder, which is not changed. */
  readonly folder: string
  /** The store; made if it is not there, left out if it lies in the folder. */
  readonly store: string
  /** The zstd level; 3 if not given. */
  readonly level?: number | undefined
  /** How objects are written: to a new file, synced, if not given. */
  readonly write?: WriteDurably | undefined
}

/** How packing went. */
export interface PackReport extends FlowSummary, Totals {
  /** What was left out, and why, in the order of the walk. */
  readonly problems: readonly Problem[]
  /** Objects this run wrote, the bytes they hold, and their bytes on disk. */
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
  try {
    const packing = new Packing(root, store, manifest, options.level ?? LEVEL)
    const summary = await runFlow(packing, options)
    await packing.commit()
    return { ...summary, ...packing.report() }
  } finally {
    await manifest.abandon()
  }
}

class Packing implements Flow<Chunk<WalkedFile>, ChunkToPack, NamedChunk> {
  readonly names = ['walk', 'read', 'digest', 'write'] as const
  readonly #root: BytePath
  readonly #store: Store
  readonly #manifest: ManifestFile
  readonly #level: number
  readonly #ledger: Ledger<WalkedFile>
  readonly #buffers = new Buffers()
  readonly #totals = noTotals()
  readonly #written = { objects: 0, contentBytes: 0, bytes: 0 }
  readonly #bytes = { walk: 0, read: 0, digest: 0 }
  #knownChunks = 0

  constructor(root: BytePath, store: Store, manifest: ManifestFile, level: number) {
    this.#root = root
    this.#store = store
    this.#manifest = manifest
    this.#level = level
    this.#ledger = new Ledger((entry, chunks) => {
      manifest.append(entryLine(entry, chunks))
      count(this.#totals, entry)
    })
  }

  async *source(waiting: WaitOptions): AsyncGenerator<Chunk<WalkedFile>, void, undefined> {
    this.#manifest.append(headerLine())
    for await (const walked of walk(this.#root, await storeIdentity(this.#store.path))) {
      if (this.#manifest.isFull) await this.#manifest.flush()
      if (walked.type === 'problem') this.#ledger.report(walked)
      else if (walked.type !== 'file') await this.#ledger.add(walked, waiting)
      else if (lineBytes(walked) > LINE_BYTES_MAX) this.#ledger.report({ path: walked.path, reason: TOO_LARGE })
      else {
        this.#bytes.walk += walked.size
        yield* this.#ledger.chunks(walked, waiting)
      }
    }
  }

  async read(chunk: Chunk<WalkedFile>): Promise<ChunkToPack | undefined> {
    const { id, entry, offset, length } = chunk
    if (this.#ledger.isFailed(chunk)) {
      this.#ledger.settle(chunk)
      return undefined
    }
    const memory = this.#buffers.take(length)
    const problem = await readChunk(this.#root, entry, offset, length, memory)
    this.#bytes.read += length
    if (problem === undefined && length > 0) return { id, memory, length, store: this.#store.path, level: this.#level }
    this.#buffers.give(memory)
    if (problem !== undefined) this.#ledger.fail(chunk, problem)
    this.#ledger.settle(chunk)
    return undefined
  }

  task(chunks: Pipeline<ChunkToPack>, threads: Threads, options: { ordered: false }): Pipeline<NamedChunk> {
    return chunks.threads(threads, 'digest', { ...options, transfer: ({ memory }) => [memory] })
  }

  async finish({ id, name, memory, packedLength }: NamedChunk): Promise<number> {
    const chunk = this.#ledger.chunk(id)
    this.#bytes.digest += chunk.length
    if (packedLength !== undefined && (await this.#store.add(name, new Uint8Array(memory, 0, packedLength)))) {
      this.#written.objects++
      this.#written.contentBytes += chunk.length
      this.#written.bytes += packedLength
    } else {
      this.#store.keep(name)
      this.#knownChunks++
    }
    this.#buffers.give(memory)
    this.#ledger.settle(chunk, name)
    return id
  }

  bytes(): readonly number[] {
    return [this.#bytes.walk, this.#bytes.read, this.#bytes.digest, this.#written.bytes]
  }

  waitedMs(): number {
    return this.#ledger.waitedMs
  }

  extra(): StageProgress {
    const { files, directories, links } = this.#totals
    const done = files + directories + links
    return { name: 'manifest', running: 0, waiting: this.#ledger.length, done, bytes: undefined, busy: 0 }
  }

  async commit(): Promise<void> {
    this.#manifest.append(trailerLine(this.#totals))
    await this.#manifest.commit()
  }

  report(): Omit<PackReport, keyof FlowSummary> {
    const { problems } = this.#ledger
    return { ...this.#totals, problems, written: this.#written, knownChunks: this.#knownChunks }
  }
}
