import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../../tooling/testing/random.ts'
import { CHUNK, type Problem } from '../src/api.ts'
import { Comparing } from '../src/compare.ts'
import { runFlow } from '../src/flow.ts'
import { Manifest } from '../src/manifest.ts'
import { bytePath } from '../src/names.ts'
import { pack } from '../src/pack.ts'
import { manifestPath } from '../src/store.ts'
import { verify } from '../src/verify.ts'
import { noise, objectsByFile, packed, temporary, tree } from './support.ts'

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

  it('finds any single changed byte', { timeout: 300_000 }, async () => {
    const { store } = await packed({ a: noise(5000, 1) })
    const object = objectsByFile(store)('a')
    const whole = readFileSync(object)
    const next = randomFrom(7)
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

async function differences(store: string, folder: string): Promise<readonly Problem[]> {
  await using manifest = await Manifest.open(manifestPath(store))
  const comparing = new Comparing(bytePath(folder), manifest)
  await runFlow(comparing, {})
  return comparing.problems
}
