import { execFileSync, type spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { manifestPath } from '../src/store.ts'
import { verify } from '../src/verify.ts'
import { contents, noise, outcome, randomTree, run, start, temporary, tree, until } from './support.ts'

// Processes that write thousands of files, each to the disk: where that is slow, it is very slow.
vi.setConfig({ testTimeout: 300_000 })

const isRoot = process.getuid?.() === 0
// The escape character is what is looked for.
const escapeCode = '\u001b'

describe('npm start', () => {
  it('packs, packs again, verifies and restores, with paths relative to the folder of the user', async () => {
    const base = temporary()
    randomTree(join(base, 'in'), 5, 60)
    const options = { env: { INIT_CWD: base, npm_lifecycle_event: 'start' } }
    const first = await run(['in'], options)
    expect([first.code, first.stderr]).toEqual([0, ''])
    expect(first.stdout).toMatch(/^packed {6}60 files, \d+ directories, \d+ links in /m)
    expect(first.stdout).toMatch(/^out {9}.* objects written, \d+ already there, ratio \d/m)
    for (const label of ['in', 'busy', 'bottleneck', 'memory', 'store'])
      expect(first.stdout).toMatch(new RegExp(`^${label} {2}`, 'm'))
    expect((await run(['in'], options)).stdout).toMatch(/^out {9}0 B: 0 objects written/m)
    const verified = await run(['--verify', 'pack-store', '--restore', 'out'], options)
    expect([verified.code, verified.stderr]).toEqual([0, ''])
    expect(verified.stdout).toContain('every hash, mode, link target and mtime is as in the manifest')
    execFileSync('diff', ['-r', '--no-dereference', join(base, 'in'), join(base, 'out')])
  })

  it('writes no escape codes where there is no terminal', async () => {
    const base = temporary()
    randomTree(join(base, 'in'), 1, 1500)
    const { stdout, stderr } = await run([join(base, 'in'), '--to', join(base, 'store')], { env: { FORCE_COLOR: '1' } })
    expect(stdout + stderr).not.toContain(escapeCode)
  })

  it('answers a request it cannot carry out with one line and code 2', async () => {
    const base = tree(temporary(), { file: '', 'in/a': '', 'other/b': '' })
    const requests: [args: string[], message: string][] = [
      [['none'], `no such folder: ${base}/none`],
      [['file'], `not a folder: ${base}/file`],
      [['in', 'other'], 'too many arguments'],
      [['--verfy', 'x'], 'Did you mean --verify?'],
      [['--to'], 'argument missing'],
      [['in', '--to', 'other'], 'is not empty and not a store'],
      [['in', '--to', 'in'], 'cannot be packed into itself'],
      [['--restore', 'out'], '--restore needs --verify'],
      [['--verify', 'other'], 'is not a store'],
      [['--verify', 'none'], 'no such store'],
      [['in', '--verify', 'other'], 'takes no folder'],
      [['--verify', 'a', '--to', 'b'], 'exclude each other'],
      [['a\nb\u001b[31m'], 'a\\nb\\x1b[31m'],
    ]
    const answers = await Promise.all(
      requests.map(([args]) => run(args, { env: { INIT_CWD: base, npm_lifecycle_event: 'start' } })),
    )
    for (const [i, { code, stdout, stderr }] of answers.entries()) {
      expect(stderr).toContain(requests[i]?.[1])
      expect([code, stdout, stderr.split('\n').length, stderr.startsWith('pack: ')]).toEqual([2, '', 2, true])
    }
    expect(readdirSync(base).toSorted()).toEqual(['file', 'in', 'other'])
  })

  it('names the -- that is missing when npm took an option for itself', async () => {
    const { code, stderr } = await run(['store'], { env: { npm_lifecycle_event: 'start', npm_config_verify: 'true' } })
    expect([code, stderr]).toEqual([2, 'pack: --verify went to npm: write npm start -- --verify ...; see --help\n'])
  })

  it('tells that its output cannot be written', async () => {
    const base = tree(temporary(), { 'in/a': 'a' })
    const full = openSync('/dev/full', 'w')
    const args = [join(base, 'in'), '--to', join(base, 'store')]
    const { code, stderr } = await run(args, { stdio: ['ignore', full, 'pipe'] })
    closeSync(full)
    expect([code, stderr]).toEqual([1, 'pack: cannot write the output: no space left on device (ENOSPC)\n'])
  })

  it('explains itself', async () => {
    const { code, stdout } = await run(['--help'])
    expect(code).toBe(0)
    for (const word of ['--to', '--verify', '--restore', 'pack-store', 'Exit codes']) expect(stdout).toContain(word)
  })

  it('names what is left out, with control characters spelled out, packs the rest, and ends with code 1', async () => {
    const base = temporary()
    const folder = tree(join(base, 'in'), { kept: 'x' })
    execFileSync('mkfifo', [join(folder, 'fi\nfo\u001b[31m')])
    const { code, stdout, stderr } = await run([folder, '--to', join(base, 'store')])
    expect(code).toBe(1)
    expect(stderr).toBe('1 problem, everything else is packed:\n  fi\\nfo\\x1b[31m: FIFO, not packed\n')
    expect(stdout).toContain('1 file, ')
  })

  it('names files and directories that this user may not read', async (context) => {
    context.skip(!isRoot, 'only root can be somebody else for a while')
    const base = temporary()
    const folder = tree(join(base, 'in'), { kept: 'x', secret: 'y', 'closed/z': 'z' })
    chmodSync(base, 0o777)
    chmodSync(join(folder, 'secret'), 0)
    chmodSync(join(folder, 'closed'), 0)
    const { code, stderr } = await run([folder, '--to', join(base, 'store')], { uid: 65534, gid: 65534, cwd: '/' })
    expect(stderr.split('\n').slice(1, 3)).toEqual([
      '  closed: permission denied (EACCES)',
      '  secret: permission denied (EACCES)',
    ])
    expect(code).toBe(1)
  })

  it('ends with code 1 when a store is damaged', async () => {
    const base = temporary()
    const store = join(base, 'store')
    await run([tree(join(base, 'in'), { a: 'x' }), '--to', store])
    const [object = ''] = contents(store).filter((line) => line.startsWith('/objects'))
    writeFileSync(join(store, object.split(' ')[0] ?? ''), 'garbage')
    const { code, stderr } = await run(['--verify', store])
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^1 problem, .*\n {2}a: objects\/.* cannot be decompressed/),
    ])
  })

  it('keeps a second packer out of the store', async () => {
    const { child, store, folder } = await stoppedInRun()
    const { code, stderr } = await run([folder, '--to', store])
    child.kill('SIGKILL')
    expect([code, stderr]).toEqual([2, `pack: ${store} is in use by another packer (process ${child.pid})\n`])
  })
})

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s ends the run in the middle of it, leaving whole objects only, and a rerun completes the store',
    async (signal, expected) => {
      const { child, store, folder } = await stoppedInRun()
      child.kill(signal)
      child.kill('SIGCONT')
      const { code, stderr } = await outcome(child)
      expect([code, stderr]).toEqual([expected, `pack: interrupted by ${signal}\n`])
      expect(readdirSync(store).toSorted()).toEqual(['objects', 'pack-store.v1'])
      const { code: again } = await run([folder, '--to', store])
      expect(again).toBe(0)
      expect(await verify({ store })).toMatchObject({ files: 1500, problems: [] })
    },
  )
})

describe('a reader that goes away', () => {
  it('ends the run quietly', async () => {
    const { child, store } = await stoppedInRun()
    child.stdout?.destroy()
    child.kill('SIGCONT')
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const [code] = await once(child, 'exit')
    expect([code === 141 || code === 0, stderr]).toEqual([true, ''])
    expect(existsSync(join(store, 'tmp'))).toBe(false)
  })
})

describe('a full disk', () => {
  it('ends the run with one line, and leaves no half object', async (context) => {
    context.skip(!isRoot, 'only root can mount')
    const base = temporary()
    const disk = join(base, 'disk')
    mkdirSync(disk)
    symlinkSync('x', join(tree(join(base, 'in'), { big: noise(9_000_000, 1), small: 'x' }), 'link'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      context.skip('this machine lets nobody mount')
    }
    try {
      const store = join(disk, 'store')
      const { code, stdout, stderr } = await run([join(base, 'in'), '--to', store])
      expect(code).toBe(1)
      // Lines of progress, if it took long, and no report.
      expect(stdout).toMatch(/^( *\d+\.\d s \| walk .*\n)*$/)
      expect(stderr).toMatch(/^pack: cannot write .*: no space left on device \(ENOSPC\)\n$/)
      expect(readdirSync(store).toSorted()).toEqual(['objects', 'pack-store.v1'])
    } finally {
      execFileSync('umount', [disk])
    }
  })
})

/** A packer that has written some objects and has others to write, and stands still. */
async function stoppedInRun(): Promise<{ child: ReturnType<typeof spawn>; folder: string; store: string }> {
  const base = temporary()
  const folder = randomTree(join(base, 'in'), 9, 1500)
  for (let attempt = 0; ; attempt++) {
    const store = join(base, `store ${attempt}`)
    const child = start([folder, '--to', store])
    onTestFinished(() => void child.kill('SIGKILL'))
    const hasObjects = (): boolean =>
      existsSync(join(store, 'objects')) && readdirSync(join(store, 'objects')).length > 5
    await until(() => hasObjects() || child.exitCode !== null)
    child.kill('SIGSTOP')
    if (hasObjects() && !existsSync(manifestPath(store))) return { child, folder, store }
    // It was over before it could be stopped.
    child.kill('SIGKILL')
  }
}
