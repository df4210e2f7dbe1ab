/**
 * The archiver against the ways one would write it without us, on the same folder.
 *
 * INVARIANT  every run begins with an empty store, in a temporary folder on the same disk, removed when it was compared.
 * INVARIANT  the folder was read once before, so nobody pays for a cold cache.
 * INVARIANT  all stores must be the same: manifest byte for byte, objects by name; every object is expanded and hashed.
 */
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CHUNK, LEVEL } from '@millrace/example-pack/src/api.ts'
import { packSource } from '@millrace/example-pack/src/folders.ts'
import { readChunk } from '@millrace/example-pack/src/read.ts'
import { walk } from '@millrace/example-pack/src/walk.ts'
import { runInChild } from '../child.ts'
import type { Metric, Row, Section } from '../result.ts'
import { interleave, type OnMeasured, type Outcome } from '../run.ts'
import { summarize } from '../statistics.ts'
import { difference, type Fingerprint, fingerprint } from './fingerprint.ts'
import type { PackMeasureJob, PackSample } from './measure.ts'
import type { Packer } from './packer.ts'

/** How the pack suite is run. */
export interface PackOptions {
  /** What is packed; the code of one of our dependencies if not given, which is the same everywhere. */
  readonly folder?: string | undefined
  readonly rounds: number
  readonly timeoutMs: number
  readonly onMeasured?: OnMeasured | undefined
}

const METRICS: readonly [Metric, ...Metric[]] = [
  { name: 'time', unit: 'ms' },
  { name: 'rate', unit: 'bytes/s' },
  { name: 'cpu time', unit: 'ms' },
  { name: 'peak memory', unit: 'bytes' },
]

/** Packs a folder with every packer, a round at a time. */
export async function runPack(packers: readonly Packer[], options: PackOptions): Promise<Section> {
  const folder = options.folder ?? dirname(fileURLToPath(import.meta.resolve('effect/package.json')))
  const { files, bytes } = await warm(folder)
  const modules = new Map(packers.map(({ name, module }) => [name, module.href]))
  let expected: Fingerprint | undefined
  const measure = (name: string): Promise<Outcome<PackSample>> =>
    inTemporaryFolder(async (temporary) => {
      const store = join(temporary, 'store')
      const job: PackMeasureJob = { module: modules.get(name) ?? '', folder, store, level: LEVEL }
      const entry = new URL('./measure.ts', import.meta.url)
      const outcome = await runInChild<PackSample>(entry, job, options.timeoutMs)
      if ('failure' in outcome) return outcome
      const found = await fingerprint(store)
      expected ??= found
      const message = difference(found, expected)
      return message === undefined ? outcome : { failure: { kind: 'lost', message } }
    })
  const runs = await interleave([...modules.keys()], measure, {
    rounds: options.rounds,
    onMeasured: (name, round) => options.onMeasured?.('pack', name, round),
  })
  return {
    name: 'pack',
    title: `${basename(folder)}, ${files} files, ${(bytes / 1e6).toFixed(1)} MB, zstd level ${LEVEL}`,
    reference: 'millrace-pack',
    metrics: METRICS,
    rows: packers.map(({ name, kind, note }): Row => {
      const { values = [], failure } = runs.get(name) ?? {}
      if (failure !== undefined) return { contender: name, kind, note, metrics: {}, failure }
      return { contender: name, kind, note, metrics: summaries(values, bytes) }
    }),
  }
}

function summaries(samples: readonly PackSample[], bytes: number): Row['metrics'] {
  return {
    time: summarize(samples.map(({ ms }) => ms)),
    rate: summarize(samples.map(({ ms }) => (bytes / ms) * 1000)),
    'cpu time': summarize(samples.map(({ cpuMs }) => cpuMs)),
    'peak memory': summarize(samples.map(({ peakBytes }) => peakBytes)),
  }
}

/** The folder is gone when this returns, and also when the process is told to stop before. */
async function inTemporaryFolder<R>(work: (folder: string) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  process.once('exit', remove)
  try {
    return await work(folder)
  } finally {
    process.off('exit', remove)
    remove()
  }
}

/** Reads everything once and tells how much there is. */
async function warm(folder: string): Promise<{ files: number; bytes: number }> {
  const root = await packSource(folder, join(tmpdir(), 'millrace-bench'))
  const memory = new ArrayBuffer(CHUNK + 1)
  let files = 0
  let bytes = 0
  for await (const entry of walk(root)) {
    if (entry.type !== 'file') continue
    files++
    bytes += entry.size
    for (let offset = 0; offset < entry.size; offset += CHUNK) {
      await readChunk(root, entry, offset, Math.min(CHUNK, entry.size - offset), memory)
    }
  }
  return { files, bytes }
}
