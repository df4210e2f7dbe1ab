import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { CHUNK, type Problem } from '../src/api.ts'
import { Comparing } from '../src/compare.ts'
import { runFlow } from '../src/flow.ts'
import { Manifest } from '../src/manifest.ts'
import { bytePath, fsPath, joinPath, latin1 } from '../src/names.ts'
import { pack } from '../src/pack.ts'
import { secondsOf } from '../src/restore.ts'
import { manifestPath } from '../src/store.ts'
import { verify } from '../src/verify.ts'
import { noise, random, run, temporary, tree } from './support.ts'

const isRoot = process.getuid?.() === 0

describe('verify', () => {
  it('finds nothing wrong with what was packed', async () => {
    const { store } = await packed({ a: 'x', b: 'x', 'c/d': '' })
    expect(await verify({ store })).toMatchObject({ files: 3, directories: 2, bytes: 2, problems: [] })
  })

  it('reads an object that several files share once', async () => {
    const { store } = await packed(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}`, 'same'])))
    const { checkedChunks } = await verify({ store })
    expect(checkedChunks).toBeLessThan(100)
  })

  it('names every file that a damaged, replaced or missing object belongs to', async () => {
    const { store } = await packed({ a: 'one', b: 'two', c: 'two', d: 'three', e: 'four', f: 'fine' })
    const object = objectsByFile(store)
    writeFileSync(object('a'), zstdCompressSync(Buffer.from('uno')))
    rmSync(object('b'))
    writeFileSync(object('d'), 'not zstd')
    writeFileSync(object('e'), zstdCompressSync(Buffer.alloc(CHUNK)))
    const { files, problems } = await verify({ store })
    expect(files).toBe(1)
    expect(problems.map(({ path, reason }) => [path, reason.replace(/^objects\S+ /, '')])).toEqual([
      ['a', 'its content has another hash than its name: remove it and pack again'],
      ['b', 'it is missing: pack again'],
      ['c', 'it is missing: pack again'],
      ['d', expect.stringContaining('it cannot be decompressed')],
      ['e', 'it holds more than 4 bytes: remove it and pack again'],
    ])
  })

  it('checks the length that every file says, also of an object that others share', async () => {
    const { store } = await packed(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${1000 + i}`, 'same'])))
    const good = readFileSync(manifestPath(store), 'utf8')
    const lines = good
      .split('\n')
      .map((line) => (line.includes('"f1299"') ? line.replace('"size":4', '"size":5') : line))
    writeFileSync(manifestPath(store), lines.join('\n').replace('"bytes":1200', '"bytes":1201'))
    expect((await verify({ store })).problems.map(({ path }) => path)).toEqual(['f1299'])
  })

  it('names an object that is no regular file, and does not wait for one', async () => {
    const { store } = await packed({ a: 'one', b: 'two', c: 'three' })
    const object = objectsByFile(store)
    for (const [file, make] of [
      ['a', (path: string) => execFileSync('mkfifo', [path])],
      ['b', (path: string) => mkdirSync(path)],
      ['c', (path: string) => symlinkSync('/etc/passwd', path)],
    ] as const) {
      rmSync(object(file))
      make(object(file))
    }
    const { problems } = await verify({ store })
    expect(problems.map(({ path, reason }) => [path, reason.replace(/^objects\S+ /, '')])).toEqual(
      ['a', 'b', 'c'].map((path) => [path, 'it is not a regular file: remove it and pack again']),
    )
    rmSync(manifestPath(store))
    execFileSync('mkfifo', [manifestPath(store)])
    await expect(verify({ store })).rejects.toThrow('it is not a regular file')
  })

  it('finds a store whole again after what it named was removed and packed again', async () => {
    const { folder, store } = await packed({ a: 'one', b: 'two', c: 'three', d: 'four' })
    const object = objectsByFile(store)
    writeFileSync(object('a'), 'garbage')
    writeFileSync(object('b'), '')
    rmSync(object('c'))
    rmSync(object('d'))
    execFileSync('mkfifo', [object('d')])
    expect((await verify({ store })).problems).toHaveLength(4)
    rmSync(object('a'))
    // What is empty or no file is not taken for an object, so it needs no removing.
    expect(await pack({ folder, store })).toMatchObject({ problems: [], written: { objects: 4 } })
    expect(await verify({ store })).toMatchObject({ files: 4, problems: [] })
  })

  it('finds any single changed byte', async () => {
    const { store } = await packed({ a: noise(5000, 1) })
    const object = objectsByFile(store)('a')
    const whole = readFileSync(object)
    const next = random(7)
    for (let round = 0; round < 12; round++) {
      const bytes = Buffer.from(whole)
      const position = Math.floor(next() * bytes.length)
      bytes[position] = (bytes[position] ?? 0) ^ (1 + Math.floor(next() * 255))
      writeFileSync(object, bytes)
      const { problems } = await verify({ store, threads: 1 })
      // A changed byte may be one that zstd does not use; then the content is still what the name says.
      if (problems.length === 0) expect(position).toBeLessThan(10)
    }
    writeFileSync(object, whole.subarray(0, -1))
    expect((await verify({ store })).problems).toHaveLength(1)
  })

  it('refuses what is no store, and a store that holds no complete pack', async () => {
    const folder = tree(temporary(), { 'x/y': '' })
    await expect(verify({ store: folder })).rejects.toMatchObject({ code: 'usage' })
    await expect(verify({ store: join(folder, 'none') })).rejects.toMatchObject({ code: 'usage' })
    await expect(verify({ store: join(folder, 'x/y') })).rejects.toMatchObject({ code: 'usage' })
    const { store } = await packed({ a: 'x' })
    rmSync(manifestPath(store))
    await expect(verify({ store })).rejects.toThrow('the store holds no complete pack yet')
  })
})

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

  it.runIf(isRoot)('gives setuid and setgid programs back to their owner', async () => {
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

  it.runIf(isRoot)('leaves setuid and setgid off, by name, where this user may not give files away', async () => {
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
    const next = random(3)
    const wanted = [
      0,
      1,
      999_999,
      -1,
      -5_500_000,
      -1_000_001,
      2 ** 32 * 1e6 - 1,
      ...Array.from({ length: 5000 }, () => pick(next)),
    ]
    for (const us of wanted) {
      const ns = set(us) - BigInt(us) * 1000n
      expect([us, ns >= 0n && ns < 1000n]).toEqual([us, true])
      const whole = Math.floor(us / 1e6) * 1e6
      expect(set(whole)).toBe(BigInt(whole) * 1000n)
    }
  })
})

describe('compare', () => {
  it('finds each kind of difference, and only those', async () => {
    const files = { changed: 'abc', content: 'abc', gone: '', mode: '', mtime: '', same: '', size: 'a', 'd/e': '' }
    const { base, store } = await packed(files, (folder) => symlinkSync('a', join(folder, 'link')))
    const out = join(base, 'out')
    await verify({ store, restore: out })
    const keep = (path: string, act: () => void): void => {
      const { atime, mtime } = lstatSync(path)
      act()
      lutimesSync(path, atime, mtime)
    }
    keep(out, () => {
      keep(join(out, 'content'), () => writeFileSync(join(out, 'content'), 'abd'))
      rmSync(join(out, 'gone'))
      chmodSync(join(out, 'mode'), 0o600)
      utimesSync(join(out, 'mtime'), 1, 1)
      keep(join(out, 'size'), () => writeFileSync(join(out, 'size'), 'ab'))
      keep(join(out, 'link'), () => {
        rmSync(join(out, 'link'))
        symlinkSync('b', join(out, 'link'))
      })
      rmSync(join(out, 'd/e'))
      mkdirSync(join(out, 'd/e'))
      writeFileSync(join(out, 'more'), '')
    })
    const kinds = (await differences(store, out)).map(({ path, reason }) => [path, reason.replace(/ (is|are) .*/, '')])
    const byPath = new Map(kinds.map(([path, reason]) => [path, reason]))
    for (const path of ['.', 'd', 'link', 'content', 'size']) byPath.delete(path)
    expect([...byPath]).toEqual([
      ['d/e', 'is a directory, should be a file'],
      ['gone', 'is missing'],
      ['mode', 'mode'],
      ['more', 'is not in the manifest'],
      ['mtime', 'mtime'],
    ])
    const text = (await differences(store, out)).map(({ path, reason }) => `${path}: ${reason}`).join('\n')
    expect(text).toMatch(/content: (its content differs|mtime)/)
    expect(text).toMatch(/size: size is 2, should be 1/)
    expect(text).toMatch(/link: .*target is b, should be a/)
    expect(text).not.toMatch(/same/)
  })
})

async function packed(
  files: Record<string, string | Uint8Array>,
  more: (folder: string) => void = () => {},
): Promise<{ base: string; folder: string; store: string }> {
  const base = temporary()
  const folder = tree(join(base, 'in'), files)
  more(folder)
  const store = join(base, 'store')
  await pack({ folder, store })
  return { base, folder, store }
}

async function differences(store: string, folder: string): Promise<readonly Problem[]> {
  await using manifest = await Manifest.open(manifestPath(store))
  const comparing = new Comparing(bytePath(folder), manifest)
  await runFlow(comparing, {})
  return comparing.problems
}

function objectsByFile(store: string): (name: string) => string {
  const lines = readFileSync(manifestPath(store), 'utf8').trim().split('\n')
  const records = lines.map((line) => JSON.parse(line) as { path?: string; chunks?: string[] })
  return (name) => {
    const hash = records.find(({ path }) => path === name)?.chunks?.[0] ?? ''
    return join(store, 'objects', hash.slice(0, 2), `${hash.slice(2)}.zst`)
  }
}

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
  chmodSync(join(folder, 'none'), 0)
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
