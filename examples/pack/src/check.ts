/**
 * Reads every object a manifest names, expands it and checks it against its name; writes what it holds if there is a
 * folder to restore to.
 *
 *     manifest ─▶ read ═▶ expand ═▶ write
 *
 * INVARIANT  a file is restored whole or not at all.
 */
import { join } from 'node:path'
import type { WaitOptions } from '@millrace/notify'
import type { Pipeline } from '@millrace/pipeline'
import { CHUNK, type FileEntry, type Problem } from './api.ts'
import { Buffers } from './buffers.ts'
import { reasonOf, systemCode } from './errors.ts'
import type { Flow, Threads } from './flow.ts'
import { type Chunk, Ledger } from './ledger.ts'
import { count, type Manifest, noTotals, type Totals } from './manifest.ts'
import { openRegular } from './regular.ts'
import type { Restorer } from './restore.ts'
import { objectName } from './store.ts'
import type { ExpandedChunk, PackedChunk } from './tasks.ts'

/** So many names of sound objects are remembered, so that one that many files share is read once. */
const SOUND_NAMES_MAX = 100_000

type ListedFile = FileEntry & { readonly chunks: readonly string[] }

/** The flow that checks objects, and restores if there is a `restorer`. */
export class Checking implements Flow<Chunk<ListedFile>, PackedChunk, ExpandedChunk> {
  readonly names = ['manifest', 'read', 'expand', 'write'] as const
  readonly totals: Totals = noTotals()
  readonly #store: string
  readonly #manifest: Manifest
  readonly #restorer: Restorer | undefined
  readonly #ledger = new Ledger<ListedFile>((entry) => count(this.totals, entry))
  readonly #buffers = new Buffers()
  /** Names of sound objects and how many bytes they hold. */
  readonly #sound = new Map<string, number>()
  readonly #bytes = { source: 0, read: 0, expand: 0, write: 0 }

  constructor(store: string, manifest: Manifest, restorer: Restorer | undefined) {
    this.#store = store
    this.#manifest = manifest
    this.#restorer = restorer
  }

  /** What is wrong so far. */
  get problems(): readonly Problem[] {
    return this.#ledger.problems
  }

  /** Objects are checked so many times; an object that many files share may count once. */
  checked = 0

  async *source(waiting: WaitOptions): AsyncGenerator<Chunk<ListedFile>, void, undefined> {
    for await (const entry of this.#manifest.entries()) {
      // Comparing names it as missing.
      if (this.#restorer?.isLost(entry)) continue
      if (entry.type === 'file') {
        this.#bytes.source += entry.size
        yield* this.#ledger.chunks(entry, waiting)
      } else {
        const problem = await this.#restorer?.make(entry)
        if (problem === undefined) await this.#ledger.add(entry, waiting)
        else this.#ledger.report(problem)
      }
    }
  }

  async read(chunk: Chunk<ListedFile>): Promise<PackedChunk | undefined> {
    const { id, entry, offset, length } = chunk
    const name = entry.chunks[offset / CHUNK]
    if (name === undefined || (this.#restorer === undefined && this.#sound.get(name) === length)) {
      await this.#end(chunk, new Uint8Array(0))
      return undefined
    }
    const memory = this.#buffers.take(length)
    const packedLength = await readObject(join(this.#store, objectName(name)), memory)
    if (typeof packedLength === 'number') {
      this.#bytes.read += packedLength
      return { id, memory, length, name, packedLength }
    }
    this.#buffers.give(memory)
    await this.#end(chunk, packedLength)
    return undefined
  }

  task(chunks: Pipeline<PackedChunk>, threads: Threads, options: { ordered: false }): Pipeline<ExpandedChunk> {
    return chunks.threads(threads, 'expand', { ...options, transfer: ({ memory }) => [memory] })
  }

  async finish({ id, memory, fault }: ExpandedChunk): Promise<number> {
    const chunk = this.#ledger.chunk(id)
    this.#bytes.expand += chunk.length
    this.checked++
    if (fault === undefined) {
      if (this.#sound.size < SOUND_NAMES_MAX) this.#sound.set(nameOf(chunk), chunk.length)
      await this.#end(chunk, new Uint8Array(memory, 0, chunk.length))
    } else await this.#end(chunk, damaged(fault))
    this.#buffers.give(memory)
    return id
  }

  bytes(): readonly number[] {
    return [this.#bytes.source, this.#bytes.read, this.#bytes.expand, this.#bytes.write]
  }

  waitedMs(): number {
    return this.#ledger.waitedMs
  }

  /** The end of a chunk: its bytes, or what is wrong with its object. */
  async #end(chunk: Chunk<ListedFile>, result: Uint8Array | string): Promise<void> {
    const { entry, offset } = chunk
    if (typeof result === 'string') {
      this.#ledger.fail(chunk, { path: entry.path, reason: `${objectName(nameOf(chunk))}: ${result}` })
    }
    if (this.#restorer !== undefined) {
      if (typeof result !== 'string' && !this.#ledger.isFailed(chunk)) {
        const problem = await this.#restorer.write(entry, offset, result)
        if (problem !== undefined) this.#ledger.fail(chunk, problem)
        this.#bytes.write += result.length
      }
      if (this.#ledger.arrive(chunk)) await this.#endFile(chunk, this.#restorer)
    }
    this.#ledger.settle(chunk)
  }

  /** Every chunk of the file is written or has failed. */
  async #endFile(chunk: Chunk<ListedFile>, restorer: Restorer): Promise<void> {
    const problem = this.#ledger.isFailed(chunk)
      ? undefined
      : await restorer.finishFile(chunk.entry, (small) => this.#ledger.report(small))
    if (problem !== undefined) this.#ledger.fail(chunk, problem)
    if (this.#ledger.isFailed(chunk)) await restorer.discard(chunk.entry)
  }
}

function nameOf({ entry, offset }: Chunk<ListedFile>): string {
  return entry.chunks[offset / CHUNK] ?? ''
}

/** Packing takes an object that is there for sound, so a damaged one has to go first. */
function damaged(fault: string): string {
  return `${fault}: remove it and pack again`
}

/** Reads an object into `memory`: its length, or what is wrong with it. */
async function readObject(path: string, memory: ArrayBuffer): Promise<number | string> {
  try {
    await using file = await openRegular(path)
    if (file === undefined) return damaged('it is not a regular file')
    const { size } = await file.stat()
    if (size > memory.byteLength) return damaged(`it has ${size} bytes, more than its content can need`)
    let filled = 0
    while (filled < size) {
      const { bytesRead } = await file.read(new Uint8Array(memory), filled, size - filled, filled)
      if (bytesRead === 0) return damaged('it is cut short')
      filled += bytesRead
    }
    return filled
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return systemCode(error) === 'ENOENT' ? 'it is missing: pack again' : reasonOf(error)
  }
}
