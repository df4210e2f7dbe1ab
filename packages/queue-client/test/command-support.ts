import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import * as command from '../../../tooling/testing/command.ts'

export { outcomeOf as endOf } from '../../../tooling/testing/command.ts'

/** How a command is run: `env` is beside the environment of this process, but for what would tell it where the queues are. */
type RunOptions = Omit<command.RunOptions, 'env'> & { readonly env?: Readonly<Record<string, string>> | undefined }
type Outcome = Awaited<ReturnType<typeof command.outcomeOf>>

/** Starts the command; it ends with the test. */
function start(args: readonly string[], { input, env }: RunOptions = {}): ChildProcess {
  const { MILLRACE_QUEUE_URL, MILLRACE_QUEUE_TOKEN, NO_COLOR, ...environment } = process.env
  return command.start(new URL('../src/cli.ts', import.meta.url), args, { input, env: { ...environment, ...env } })
}

/** Runs it to its end. */
export function ended(args: readonly string[], options?: RunOptions): Promise<Outcome> {
  return command.outcomeOf(start(args, options))
}

/** Runs commands on the same queues. */
export interface Queues {
  /** Gives what it has said in lines of JSON; fails if it does not end well. */
  results(...args: string[]): Promise<Record<string, unknown>[]>
  run(args: readonly string[], options?: RunOptions): Promise<Outcome>
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
