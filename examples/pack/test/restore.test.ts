import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../../tooling/testing/random.ts'
import { CHUNK } from '../src/api.ts'
import { bytePath, fsPath, joinPath, latin1 } from '../src/names.ts'
import { pack } from '../src/pack.ts'
import { secondsOf } from '../src/restore.ts'
import { manifestPath } from '../src/store.ts'
import { verify } from '../src/verify.ts'
import { noise, objectsByFile, packed, run, temporary, tree } from './support.ts'

const isRoot = process.getuid?.() === 0

describe('restore', () => {
  it('gives back names, contents, modes, links and times', async () => {
    const base = temporary()
    const folder = join(base, 'in')
    oddTree(folder)
    await pack({ folder, store: join(base, 'store') })
    const restore = join(base, 'out')
    expect(await verify({ store: join(base, 'store'), restore })).toMatchObject({ problems: [] })
    execFileSync('diff', ['-r', '--no-dereference', folder, restore])
    expect(listing(restore)).toEqual(listing(folder))
  })

  it('leaves out a file whose object is damaged and restores the rest', async () => {
    const { base, store } = await packed({ a: noise(CHUNK + 5, 1), b: 'whole' })
    rmSync(objectsByFile(store)('a'))
    const restore = join(base, 'out')
    const { files, problems } = await verify({ store, restore })
    expect([files, problems.map(({ path }) => path)]).toEqual([1, ['a']])
    expect(readdirSync(restore)).toEqual(['b'])
  })

  it('refuses a folder that is not empty, or a file, and writes nothing', async () => {
    const { base, store } = await packed({ a: 'x' })
    tree(join(base, 'full'), { mine: '1' })
    await expect(verify({ store, restore: join(base, 'full') })).rejects.toMatchObject({ code: 'usage' })
    await expect(verify({ store, restore: join(base, 'full/mine') })).rejects.toMatchObject({ code: 'usage' })
    expect(readdirSync(join(base, 'full'))).toEqual(['mine'])
  })

  it('refuses a folder in the store, or the store itself, and writes nothing', async () => {
    const { base, store } = await packed({ a: 'x' })
    symlinkSync('store', join(base, 'alias'))
    const before = readdirSync(store, { recursive: true }).toSorted()
    for (const restore of [join(store, 'out'), join(base, 'alias/new/out'), store, join(store, 'objects/../out')]) {
      await expect(verify({ store, restore }), restore).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('it lies in the store'),
      })
    }
    expect(readdirSync(store, { recursive: true }).toSorted()).toEqual(before)
  })

  it('gives setuid and setgid programs back to their owner', async (context) => {
    context.skip(!isRoot, 'only root can give files away')
    const { base, store } = await packed({ a: 'x', 'd/': '' }, (folder) => {
      for (const name of ['a', 'd']) {
        chownSync(join(folder, name), 65534, 65533)
        chmodSync(join(folder, name), 0o6755)
      }
    })
    const restore = join(base, 'out')
    expect(await verify({ store, restore })).toMatchObject({ problems: [] })
    for (const name of ['a', 'd']) {
      const { uid, gid, mode } = lstatSync(join(restore, name))
      expect([uid, gid, mode & 0o7777]).toEqual([65534, 65533, 0o6755])
    }
  })

  it('leaves setuid and setgid off, by name, where this user may not give files away', async (context) => {
    context.skip(!isRoot, 'only root can give files away')
    const { base, store } = await packed({ a: 'x', 'd/': '', e: 'y' }, (folder) => {
      for (const name of ['a', 'd']) {
        chownSync(join(folder, name), 7, 7)
        chmodSync(join(folder, name), 0o6755)
      }
      chownSync(join(folder, 'e'), 65534, 65534)
      chmodSync(join(folder, 'e'), 0o6755)
    })
    chmodSync(base, 0o777)
    const restore = join(base, 'out')
    const args = ['--verify', store, '--restore', restore]
    const { code, stderr } = await run(args, { uid: 65534, gid: 65534, cwd: '/' })
    const reason = 'restored without setuid and setgid: only its owner, user 7 of group 7, may have them'
    expect(stderr.split('\n').slice(1)).toEqual([`  a: ${reason}`, `  d: ${reason}`, ''])
    expect(code).toBe(1)
    const modes = ['a', 'd', 'e'].map((name) => lstatSync(join(restore, name)).mode & 0o7777)
    expect(modes).toEqual([0o755, 0o755, 0o6755])
    expect(readFileSync(join(restore, 'a'), 'utf8')).toBe('x')
  })

  it('names what the target has no room for in a name, leaves out what is in it, and restores the rest', async () => {
    const long = 'n'.repeat(250)
    const { base, store } = await packed({
      [`a/${long}/${long}/x`]: 'x',
      [`b/${long}/${long}`]: 'file',
      [`c`]: 'fine',
    })
    // Paths of more than 4096 bytes are not taken: those of two long names are beyond it.
    let restore = join(base, 'out')
    while (restore.length < 3498) restore = join(restore, 'd'.repeat(200))
    restore = join(restore, 'e'.repeat(3700 - restore.length - 1))
    const { files, problems } = await verify({ store, restore })
    expect(files).toBe(1)
    expect(problems.map(({ path, reason }) => [path.replaceAll(long, 'N'), reason])).toEqual([
      ['a/N/N', 'cannot be restored: name too long (ENAMETOOLONG)'],
      ['a/N/N/x', 'is missing'],
      ['b/N/N', 'cannot be restored: name too long (ENAMETOOLONG)'],
    ])
    expect(readFileSync(join(restore, 'c'), 'utf8')).toBe('fine')
  })

  it('writes nothing outside of the folder, whatever the manifest says', async () => {
    const { base, store } = await packed({ 'a/x': 'evil', b: 'y' })
    const good = readFileSync(manifestPath(store), 'utf8')
    const evil = [
      good.replace('"path":"a/x"', '"path":"../x"'),
      good.replace('"path":"a/x"', `"path":"${base}/x"`),
      good.replace('"path":"a/x"', '"path":"a/../../x"'),
      good.replace(/\{"type":"directory","path":"a"[^}]*\}/, '{"type":"link","path":"a","mtime":0,"target":".."}'),
    ]
    for (const [i, text] of evil.entries()) {
      expect(text).not.toBe(good)
      writeFileSync(manifestPath(store), text)
      await expect(verify({ store, restore: join(base, `out${i}`) })).rejects.toMatchObject({ code: 'manifest' })
      expect(readdirSync(base)).not.toContain('x')
    }
  })

  it('sets any microsecond, and whole seconds to the nanosecond', () => {
    const file = join(tree(temporary(), { f: '' }), 'f')
    const set = (us: number): bigint => {
      utimesSync(file, secondsOf(BigInt(us)), secondsOf(BigInt(us)))
      return lstatSync(file, { bigint: true }).mtimeNs
    }
    const next = randomFrom(3)
    const wanted = [
      0,
      1,
      999_999,
      -1,
      -5_500_000,
      -1_000_001,
      2 ** 32 * 1e6 - 1,
      (1 - 2 ** 31) * 1e6 + 1,
      ...Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? pick(next) : -Math.floor(pick(next) / 2))),
    ]
    for (const us of wanted) {
      const ns = set(us) - BigInt(us) * 1000n
      expect([us, ns >= 0n && ns < 1000n]).toEqual([us, true])
      const whole = Math.floor(us / 1e6) * 1e6
      expect(set(whole)).toBe(BigInt(whole) * 1000n)
    }
  })
})

function oddTree(folder: string): void {
  tree(folder, {
    ' /  ': 'spaces',
    'line\nbreak/\t': 'x',
    '🙂/👩‍🚀': 'emoji',
    'empty/': '',
    [`${'n'.repeat(255)}`]: 'long',
  })
  const byte = (name: string): Buffer => fsPath(joinPath(bytePath(folder), latin1(name)))
  mkdirSync(byte('\xff\xfe'))
  writeFileSync(byte('\xff\xfe/\xe9'), 'latin1')
  symlinkSync(Buffer.from([0xff]), byte('\xff\xfe/link'))
  symlinkSync('.', join(folder, 'loop'))
  symlinkSync('/nowhere', join(folder, 'dangling'))
  symlinkSync('../../..', join(folder, 'up'))
  writeFileSync(join(folder, 'setuid'), 'x')
  chmodSync(join(folder, 'setuid'), 0o6755)
  writeFileSync(join(folder, 'none'), 'x')
  // Only root can read what nobody may.
  chmodSync(join(folder, 'none'), isRoot ? 0 : 0o400)
  let deep = folder
  for (let i = 0; i < 30; i++) deep = join(deep, 'deep')
  mkdirSync(deep, { recursive: true })
  writeFileSync(join(deep, 'bottom'), 'x')
  chmodSync(join(folder, 'empty'), 0o1777)
  execFileSync('touch', ['-d', '@1500000000.123456', join(folder, 'empty'), join(folder, 'setuid')])
  execFileSync('touch', ['-h', '-d', '@-5.5', join(folder, 'loop')])
  execFileSync('touch', ['-d', '@99.999999', folder])
}

/** Type, mode, size, microseconds and target of everything; the size of a directory is the file system's own. */
function listing(folder: string): string[] {
  const format = '%y %m %T@ %l %P\\0'
  const text = execFileSync('find', [folder, '-printf', format], { encoding: 'latin1' })
  return text
    .split('\0')
    .map((line) => line.replace(/(\.\d{6})\d+/, '$1'))
    .sort()
}

function pick(next: () => number): number {
  return Math.floor(next() * 2 ** 32) * 1e6 + Math.floor(next() * 1e6)
}
