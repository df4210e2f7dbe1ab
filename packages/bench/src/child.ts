/**
 * A measurement in a process of its own: there, only the code of one contender is compiled and only its garbage is collected.
 *
 *     runInChild ── fork, job ──▶ answerParent ── measures ──▶ outcome ──▶ runInChild
 *
 * INVARIANT  every child ends in exactly one outcome: its answer, its exit without one, or the end of its time.
 * INVARIANT  a child never outlives the call that started it.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Outcome } from './run.ts'

/** Values went missing, were doubled or changed on their way. */
export class LostValuesError extends Error {
  override readonly name = 'LostValuesError'
  readonly code = 'lost'
}

/** What a child is run by. */
export interface ChildOptions {
  /** The path of a Node; the one that runs this if not given. */
  readonly node?: string | undefined
  /** Flags for it, besides those every child gets. */
  readonly flags?: readonly string[] | undefined
}

/** Runs `module` as a child, gives it the job and waits for its answer, at most `timeoutMs`. */
export async function runInChild<T>(
  module: URL,
  job: unknown,
  timeoutMs: number,
  { node = process.execPath, flags = [] }: ChildOptions = {},
): Promise<Outcome<T>> {
  const child = fork(module, [], {
    execPath: node,
    execArgv: ['--expose-gc', '--conditions=@millrace/source', ...flags],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  let answer: Outcome<T> | undefined
  let hasTimedOut = false
  let errors = ''
  child.on('message', (message: Outcome<T>) => {
    answer = message
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2000)
  })
  const timer = setTimeout(() => {
    hasTimedOut = true
    child.kill('SIGKILL')
  }, timeoutMs)
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  try {
    child.send({ job }, () => {}) // A child that died before it could read says so by its exit.
    const [code, signal] = await once(child, 'close')
    if (answer !== undefined) return answer
    if (hasTimedOut) return failed('hung', `no answer within ${timeoutMs} ms`)
    if (code === 0) return failed('hung', 'stopped with nothing left to wait for: a wake was lost')
    return failed('failed', `exited with ${signal ?? code}: ${errors.trim().split('\n').at(-1)}`)
  } finally {
    clearTimeout(timer)
    process.off('exit', killWithUs)
  }
}

/** The other side: measures the one job this process was started for. */
export function answerParent<Job, T>(measure: (job: Job) => Promise<T>): void {
  process.once('message', async ({ job }: { job: Job }) => {
    const outcome: Outcome<T> = await measure(job).then((value) => ({ value }), failureOf)
    process.send?.(outcome, () => process.exit())
  })
}

function failureOf(error: unknown): Outcome<never> {
  if (error instanceof LostValuesError) return failed('lost', error.message)
  return failed('failed', error instanceof Error ? `${error.name}: ${error.message}` : String(error))
}

function failed(kind: 'hung' | 'lost' | 'failed', message: string): Outcome<never> {
  return { failure: { kind, message } }
}
