import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What a program printed and how it ended. */
export interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

/** Runs code as a process of its own, which has 50 s, in the folder of this package. */
export async function runCode(code: string, flags: string[] = [], options = ''): Promise<Ended> {
  const args = [
    '--conditions=@millrace/source',
    ...flags,
    ...(flags.some((flag) => flag.startsWith('--input-type')) ? [] : ['--input-type=module']),
    '-e',
    code,
  ]
  const ended = promisify(execFile)(process.execPath, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    timeout: 50_000,
    maxBuffer: 2 ** 24,
    env: { ...process.env, NODE_OPTIONS: options },
  })
  return ended.then(
    ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
    ({ stdout, stderr, code }) => ({ stdout, stderr, code }),
  )
}
