/**
 * Compares a folder with a manifest: walks it and goes through both in the order of the walk, like a zip.
 *
 *     walk + manifest ─▶ read ═▶ identify ═▶ compare
 */
import type { WaitOptions } from '@millrace/notify'
import type { Pipeline } from '@millrace/pipeline'
import { CHUNK, type Entry, type Problem } from './api.ts'
import { Buffers } from './buffers.ts'
import type { Flow, Threads } from './flow.ts'
import { type Chunk, Ledger } from './ledger.ts'
import type { Listed, Manifest } from './manifest.ts'
import { type BytePath, printable } from './names.ts'
import { compareInWalk } from './order.ts'
import { readChunk } from './read.ts'
import type { NamedChunk, RawChunk } from './tasks.ts'
import { type Walked, type WalkedFile, walk } from './walk.ts'

type Pair = WalkedFile & { readonly chunks: readonly string[] }

/** The flow that compares what is in a folder with what a manifest lists. */
export class Comparing implements Flow<Chunk<Pair>, RawChunk, NamedChunk> {
  readonly names = ['walk', 'read', 'identify', 'compare'] as const
  readonly #root: BytePath
  readonly #manifest: Manifest
  readonly #ledger = new Ledger<Pair>(() => {})
  readonly #buffers = new Buffers()
  readonly #bytes = { walk: 0, read: 0, identify: 0 }

  constructor(root: BytePath, manifest: Manifest) {
    this.#root = root
    this.#manifest = manifest
  }

  /** The differences so far. */
  get problems(): readonly Problem[] {
    return this.#ledger.problems
  }

  async *source(waiting: WaitOptions): AsyncGenerator<Chunk<Pair>, void, undefined> {
    for await (const [listed, walked] of zip(this.#manifest.entries(), walk(this.#root))) {
      const reason = differenceOf(listed, walked)
      if (reason !== undefined) this.#ledger.report({ path: (listed ?? walked).path, reason })
      else if (listed?.type === 'file' && walked?.type === 'file') {
        this.#bytes.walk += walked.size
        yield* this.#ledger.chunks({ ...walked, chunks: listed.chunks }, waiting)
      }
    }
  }

  async read(chunk: Chunk<Pair>): Promise<RawChunk | undefined> {
    const { id, entry, offset, length } = chunk
    const memory = this.#buffers.take(length)
    const problem = await readChunk(this.#root, entry, offset, length, memory)
    this.#bytes.read += length
    if (problem === undefined && length > 0) return { id, memory, length }
    if (problem !== undefined) this.#ledger.fail(chunk, problem)
    this.#buffers.give(memory)
    this.#ledger.settle(chunk)
    return undefined
  }

  task(chunks: Pipeline<RawChunk>, threads: Threads, options: { ordered: false }): Pipeline<NamedChunk> {
    return chunks.threads(threads, 'identify', { ...options, transfer: ({ memory }) => [memory] })
  }

  async finish({ id, name, memory }: NamedChunk): Promise<number> {
    const chunk = this.#ledger.chunk(id)
    const { entry, offset, length } = chunk
    this.#bytes.identify += length
    if (entry.chunks[offset / CHUNK] !== name)
      this.#ledger.fail(chunk, { path: entry.path, reason: 'its content differs' })
    this.#buffers.give(memory)
    this.#ledger.settle(chunk)
    return id
  }

  bytes(): readonly number[] {
    return [this.#bytes.walk, this.#bytes.read, this.#bytes.identify]
  }

  waitedMs(): number {
    return this.#ledger.waitedMs
  }
}

type Zipped =
  | [listed: Listed, walked: Walked]
  | [listed: Listed, walked: undefined]
  | [listed: undefined, walked: Walked]

/** Goes through both in the order of the walk; what only one of them has comes alone. */
async function* zip(
  left: AsyncGenerator<Listed, void, undefined>,
  right: AsyncGenerator<Walked, void, undefined>,
): AsyncGenerator<Zipped, void, undefined> {
  try {
    let listed = (await left.next()).value
    let walked = (await right.next()).value
    while (listed !== undefined || walked !== undefined) {
      const order = listed === undefined ? 1 : walked === undefined ? -1 : compareInWalk(listed.path, walked.path)
      if (listed !== undefined && walked !== undefined && order === 0) yield [listed, walked]
      else if (listed !== undefined && order < 0) yield [listed, undefined]
      else if (walked !== undefined) yield [undefined, walked]
      if (order <= 0) listed = (await left.next()).value
      if (order >= 0) walked = (await right.next()).value
    }
  } finally {
    await left.return()
    await right.return()
  }
}

function differenceOf(listed: Listed | undefined, walked: Walked | undefined): string | undefined {
  if (listed === undefined) return 'is not in the manifest'
  if (walked === undefined) return 'is missing'
  if (walked.type === 'problem') return walked.reason
  if (listed.type !== walked.type) return `is a ${walked.type}, should be a ${listed.type}`
  const fields = [
    ['size', sizeOf(walked), sizeOf(listed)],
    ['mode', modeOf(walked), modeOf(listed)],
    ['mtime', timeOf(walked), timeOf(listed)],
    ['target', targetOf(walked), targetOf(listed)],
  ]
  const differences = fields.filter(([, is, should]) => is !== should)
  if (differences.length === 0) return undefined
  return differences.map(([field, is, should]) => `${field} is ${is}, should be ${should}`).join('; ')
}

function sizeOf(entry: Entry): string {
  return entry.type === 'file' ? String(entry.size) : ''
}

function modeOf(entry: Entry): string {
  return entry.type === 'link' ? '' : entry.mode.toString(8).padStart(4, '0')
}

function timeOf({ mtimeUs }: Entry): string {
  const digits = String(mtimeUs < 0n ? -mtimeUs : mtimeUs).padStart(7, '0')
  return `${mtimeUs < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`
}

function targetOf(entry: Entry): string {
  return entry.type === 'link' ? printable(entry.target) : ''
}
