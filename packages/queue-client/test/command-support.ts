import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))

/** How a command is run. */
export interface RunOptions {
  /** What it reads; nothing if not given. */
  readonly input?: string | Buffer | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** What a command has said, and how it ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly out: string
  readonly err: string
}

/** Starts the command; it ends with the test. */
function start(args: readonly string[], { input, env }: RunOptions = {}): ChildProcess {
  const { MILLRACE_QUEUE_URL, MILLRACE_QUEUE_TOKEN, NO_COLOR, ...environment } = process.env
  const child = spawn(process.execPath, ['--conditions=@millrace/source', cli, ...args], {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { ...environment, ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stdin?.on('error', () => {})
  if (input !== undefined) child.stdin?.end(input)
  return child
}

/** Waits for its end. */
export async function endOf(child: ChildProcess): Promise<Ended> {
  const outputOf = (stream: ChildProcess['stdout']): Promise<string> =>
    stream === null || stream.destroyed ? Promise.resolve('') : text(stream).catch(() => 'cut off')
  const [out, err, [code, signal]] = await Promise.all([
    outputOf(child.stdout),
    outputOf(child.stderr),
    once(child, 'exit') as Promise<[number | null, string | null]>,
  ])
  return { code, signal, out, err }
}

/** Runs it to its end. */
export function ended(args: readonly string[], options?: RunOptions): Promise<Ended> {
  return endOf(start(args, options))
}

/** Runs commands on the same queues. */
export interface Queues {
  /** Gives what it has said in lines of JSON; fails if it does not end well. */
  results(...args: string[]): Promise<Record<string, unknown>[]>
  run(args: readonly string[], options?: RunOptions): Promise<Ended>
  start(args: readonly string[], options?: RunOptions): ChildProcess
}

/** Commands on the queues that `where` names, such as `['--path', './queues']`. */
export function queuesAt(where: readonly string[], env: Readonly<Record<string, string>> = {}): Queues {
  const whole = (options: RunOptions = {}): RunOptions => ({ ...options, env: { ...env, ...options.env } })
  const run = (args: readonly string[], options?: RunOptions) => ended([...where, ...args], whole(options))
  return {
    run,
    start: (args, options) => start([...where, ...args], whole(options)),
    async results(...args) {
      const { code, out, err } = await run(args)
      if (code !== 0) throw new Error(`${args.join(' ')}: exit code ${code}: ${err}`)
      return parsed(out)
    },
  }
}

/** Lines of JSON. */
export function parsed(out: string): Record<string, unknown>[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** A folder until the test is over. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-queue-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return join(path, 'queues')
}
