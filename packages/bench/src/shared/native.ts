/**
 * The references in C++: what the same work costs without JavaScript. Built from `native/` when a compiler is found.
 *
 * INVARIANT  what is built lies in a temporary folder, which is gone when the run is over, and also when the process is told
 *            to stop before.
 */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { MeasureOptions, Samples } from '../measure.ts'
import type { Outcome } from '../run.ts'
import { bytesOf } from './payload.ts'
import type { SharedName, SharedScenario } from './scenario.ts'

const run = promisify(execFile)

/** One algorithm, and what it is asked to do in a scenario: the words of `native/main.cpp`. */
export interface Reference {
  readonly name: string
  readonly note: string
  readonly words: Partial<Record<SharedName, (scenario: SharedScenario) => readonly (string | number)[]>>
}

/** The references by name. */
export const REFERENCES: readonly Reference[] = [
  {
    name: 'C++ Vyukov',
    note: "D. Vyukov's bounded MPMC queue, one value an operation; spins",
    words: { 'u32-sync': ({ capacity }) => ['vyukov', capacity] },
  },
  {
    name: 'C++ Lamport',
    note: "Lamport's ring for one producer and one consumer, arrays in and out; spins",
    words: { 'u32-batch': ({ capacity, batch }) => ['lamport', capacity, batch] },
  },
  {
    name: 'C++ Agrona',
    note: "Agrona's many-to-one ring buffer, one record a write, up to 32 a read; spins",
    words: {
      '64-sync': manyToOne('copy'),
      '64-batch': manyToOne('copy'),
      '1k-borrow': manyToOne('borrow'),
      '1k-copy': manyToOne('copy'),
    },
  },
  {
    name: 'C++ futex',
    note: 'two threads that sleep in futex and wake each other; both block in every table',
    words: {
      'trip-await-block': () => ['futex'],
      'trip-block-block': () => ['futex'],
      'trip-await-await': () => ['futex'],
    },
  },
]

function manyToOne(how: 'borrow' | 'copy') {
  return ({ capacity, payload }: SharedScenario) => {
    const bytes = bytesOf(payload)
    return ['many-to-one', ringBytes(capacity, bytes), bytes, how]
  }
}

/** Room for at least so many records with their headers of 8 bytes. */
function ringBytes(capacity: number, bytes: number): number {
  return 2 ** Math.ceil(Math.log2(capacity * (bytes + 8)))
}

/** A compiler by name, and what it says of itself. */
export interface Compiler {
  readonly command: string
  readonly version: string
}

/** The first of `commands` that is there. Those of an environment: `CXX` if it is set, else the usual names. */
export function findCompiler(
  commands: readonly string[] = process.env['CXX'] ? [process.env['CXX']] : ['g++', 'clang++'],
): Compiler | undefined {
  for (const command of commands) {
    const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' })
    if (status === 0) return { command, version: stdout.split('\n')[0] ?? command }
  }
  return undefined
}

/** The references, built. Disposing removes them. */
export interface Built extends Disposable {
  /** Measures one, in a process of its own. */
  measure(words: readonly (string | number)[], options: MeasureOptions, timeoutMs: number): Promise<Outcome<Samples>>
}

/** Builds the references. Throws what the compiler says if it cannot. */
export async function buildReferences({ command }: Compiler): Promise<Built> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-reference-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const dispose = () => {
    process.off('exit', remove)
    remove()
  }
  const program = join(folder, 'reference')
  const source = fileURLToPath(new URL('../../native/main.cpp', import.meta.url))
  try {
    await run(command, ['-O2', '-std=c++20', '-pthread', '-o', program, source])
  } catch (error) {
    dispose()
    throw error
  }
  return {
    measure: (words, { sampleMs, samples }, timeoutMs) =>
      measure(program, [sampleMs, samples, ...words].map(String), timeoutMs),
    [Symbol.dispose]: dispose,
  }
}

async function measure(program: string, words: readonly string[], timeout: number): Promise<Outcome<Samples>> {
  const running = run(program, words, { timeout, killSignal: 'SIGKILL' })
  const killWithUs = () => running.child.kill('SIGKILL')
  process.once('exit', killWithUs)
  try {
    return samplesOf((await running).stdout)
  } catch (error) {
    const { killed, message } = error as Error & { killed?: boolean }
    if (killed) return { failure: { kind: 'hung', message: `no answer within ${timeout} ms` } }
    return { failure: { kind: 'failed', message } }
  } finally {
    process.off('exit', killWithUs)
  }
}

interface Line {
  readonly items: number
  readonly ms: number
  readonly received: number
  readonly sum: number
  readonly p50Ns?: number
  readonly p99Ns?: number
}

/** Reads what a reference printed, a line of JSON a sample, and refuses a sample in which a value is missing or wrong. */
export function samplesOf(text: string): Outcome<Samples> {
  const lines: Line[] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const lost = lines.find(({ items, received, sum }) => received !== items || sum !== (items * (items - 1)) / 2)
  if (lost !== undefined) {
    const message = `sent ${lost.items} values, received ${lost.received} with sum ${lost.sum}`
    return { failure: { kind: 'lost', message } }
  }
  const itemsPerSecond = lines.map(({ items, ms }) => (items / ms) * 1000)
  const p50Ns = lines.flatMap((line) => line.p50Ns ?? [])
  const p99Ns = lines.flatMap((line) => line.p99Ns ?? [])
  return { value: p50Ns.length === 0 ? { itemsPerSecond } : { itemsPerSecond, p50Ns, p99Ns } }
}
