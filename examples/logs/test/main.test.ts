import type { ChildProcess } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { generate } from './generate.ts'
import { folderOf, line, naive, type Outcome, outcome, run, start } from './support.ts'

const isRoot = process.getuid?.() === 0
// The escape character is what is looked for.
const escapeCode = '\u001b'

describe('logs', () => {
  it('prints the sums and nothing else where there is no terminal', async () => {
    const folder = folderOf({ a: line('/a', 200, 1500).repeat(3) + line('/b\u001b[31m', 404, '-'), b: 'bad\n' })
    const { code, stdout, stderr } = await run([folder, '--threads', '2'], { env: { FORCE_COLOR: '1' } })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.replace(/[\d.,]+ s$|at [\d,]+\/s/gm, '…').split('\n')).toEqual([
      'read      2 files in …',
      'requests  4 …, and 1 bad line',
      'status    2xx 3, 4xx 1',
      'bytes     4.50 kB; half of the responses up to 1.50 kB, 99 of 100 up to 1.50 kB',
      'paths     3  /a',
      '          1  /b\\x1b[31m',
      '',
    ])
    expect(stdout).not.toContain(escapeCode)
  })

  it('prints the sums as JSON', async () => {
    const folder = folderOf()
    generate(folder, { bytes: 1e6, files: 5, seed: 8 })
    const { code, stdout } = await run([folder, '--json'])
    const { size: _, ...expected } = naive(folder)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject(expected)
  })

  it('names files that were not read to the end, and ends with code 1', async () => {
    const { code, stdout, stderr } = await run([folderOf({ ok: line('/a'), 'b\nd.gz': 'no gzip' })])
    expect([code, stderr]).toEqual([
      1,
      '1 file not read to the end, all others are:\n  b\\x0ad.gz: incorrect header check\n',
    ])
    expect(stdout).toContain('read      1 file in')
  })

  it('answers a request it cannot carry out with one line and code 2', async () => {
    const folder = folderOf({ file: line('/a'), 'empty/.x/y': '' })
    const requests: [args: string[], message: string][] = [
      [[], 'folder: expected the path of one; see --help'],
      [[folder, folder], 'folder: expected one, got 2; see --help'],
      [[join(folder, 'none')], 'cannot read the folder: ENOENT'],
      [[join(folder, 'file')], 'cannot read the folder: ENOTDIR'],
      [[join(folder, 'empty')], `no files in ${folder}/empty`],
      [[folder, '--threads', '0'], '--threads: expected an integer from 1 to 30, got "0"; see --help'],
      [[folder, '--threads', 'two'], '--threads: expected an integer from 1 to 30, got "two"; see --help'],
      [[folder, '--threads'], 'argument missing; see --help'],
      [[folder, '--jsn'], "Unknown option '--jsn'; see --help"],
    ]
    const answers = await Promise.all(requests.map(([args]) => run(args)))
    for (const [i, { code, stdout, stderr }] of answers.entries()) {
      expect(stderr).toContain(requests[i]?.[1])
      expect([code, stdout, stderr.split('\n').length, stderr.startsWith('logs: ')]).toEqual([2, '', 2, true])
    }
  })

  it('names a folder and files that this user may not read', async (context) => {
    context.skip(!isRoot, 'only root can be somebody else for a while')
    const folder = folderOf({ kept: line('/a'), secret: line('/b') })
    chmodSync(folder, 0o755)
    chmodSync(join(folder, 'secret'), 0)
    const user = { uid: 65534, gid: 65534, cwd: '/' }
    const { code, stdout, stderr } = await run([folder], user)
    expect([code, stderr]).toEqual([1, expect.stringContaining('  secret: EACCES: permission denied')])
    expect(stdout).toContain('requests  1 ')
    chmodSync(folder, 0)
    expect(await run([folder], user)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot read the folder: EACCES'),
    })
  })

  it('explains itself', async () => {
    const { code, stdout } = await run(['--help'])
    expect(code).toBe(0)
    for (const word of ['--threads', '--json', '.gz', 'Exit codes']) expect(stdout).toContain(word)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends a run in the middle of it, at once', async (signal, expected) => {
    const folder = folderOf()
    generate(folder, { bytes: 3e7, files: 4, seed: 4, gzipEvery: 0 })
    const { child, ended } = await stoppedInRun(folder)
    const began = performance.now()
    child.kill(signal)
    child.kill('SIGCONT')
    const { code, stdout, stderr } = await ended
    expect([code, stdout, stderr]).toEqual([expected, '', `logs: interrupted by ${signal}\n`])
    // At once, on a machine that is slow and has others to serve.
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('ends quietly when nobody reads its output', async () => {
    const child = start([folderOf({ a: line('/a') })])
    child.stdout?.destroy()
    const { code, stderr } = await outcome(child)
    expect([code, stderr]).toEqual([141, ''])
  })
})

/** A run that reads this folder, and stands still in the middle of that. */
async function stoppedInRun(folder: string): Promise<{ child: ChildProcess; ended: Promise<Outcome> }> {
  for (;;) {
    const child = start([folder, '--threads', '2'])
    const ended = outcome(child)
    onTestFinished(() => void child.kill('SIGKILL'))
    while (child.exitCode === null && !(await reads(child, folder))) await after(2)
    child.kill('SIGSTOP')
    if (await reads(child, folder)) return { child, ended }
    // It was over before it could be stopped.
    child.kill('SIGKILL')
    await ended
  }
}

/** Whether a process has a file of this folder open: threads hold them open once they read. */
async function reads({ pid }: ChildProcess, folder: string): Promise<boolean> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const targets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')))
  return targets.some((target) => target.startsWith(folder))
}
