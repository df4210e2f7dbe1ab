import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Runs a program to its end; one that does not end by itself is killed, and rejects. */
async function run(program: URL): Promise<string> {
  const file = fileURLToPath(program)
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@millrace/source', file], {
    timeout: 50_000,
  })
  return stdout.trim().replaceAll('\n', ' ')
}

test('a process exits when the work is done, however many channels are open', async () => {
  expect(await run(new URL('./threads/processes/exits.ts', import.meta.url))).toBe('{"value":42} nothing more')
})

test('a process stays alive while it awaits a value', async () => {
  expect(await run(new URL('./threads/processes/waits.ts', import.meta.url))).toBe('1 2 3 end')
})

test('a process exits although a thread of it is blocked, if nobody awaits that', async () => {
  expect(await run(new URL('./threads/processes/unawaited.ts', import.meta.url))).toBe('false')
})
