import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** How a command is run. */
export interface RunOptions {
  /** What it reads; nothing if not given. */
  readonly input?: string | Buffer | undefined
  /** All of its environment; that of this process if not given. */
  readonly env?: NodeJS.ProcessEnv | undefined
}

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly err: string
}

/** Starts the command that is this file; it is killed when the test is over. */
export function start(cli: URL, args: readonly string[], { input, env }: RunOptions = {}): ChildProcess {
  const child = spawn(process.execPath, ['--conditions=@millrace/source', fileURLToPath(cli), ...args], {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stdin?.on('error', () => {})
  if (input !== undefined) child.stdin?.end(input)
  return child
}

/** Waits for its end, and reads what it has told meanwhile beside its output. */
export async function endOf(child: ChildProcess): Promise<Ended> {
  const [err, [code, signal]] = await Promise.all([
    textOf(child.stderr),
    once(child, 'exit') as Promise<[number | null, string | null]>,
  ])
  return { code, signal, err }
}

/** Waits for its end, and reads all that it has said meanwhile. */
export async function outcomeOf(child: ChildProcess): Promise<Ended & { readonly out: string }> {
  const [out, end] = await Promise.all([textOf(child.stdout), endOf(child)])
  return { ...end, out }
}

function textOf(stream: ChildProcess['stdout']): Promise<string> {
  return stream === null || stream.destroyed ? Promise.resolve('') : text(stream).catch(() => 'cut off')
}
