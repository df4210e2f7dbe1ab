import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CHUNK, type Progress } from '../src/api.ts'
import { BUDGET_BYTES, WINDOW } from '../src/ledger.ts'
import { latin1 } from '../src/names.ts'
import { pack } from '../src/pack.ts'
import { readChunk } from '../src/read.ts'
import { manifestPath, type WriteDurably, writeDurably } from '../src/store.ts'
import { verify } from '../src/verify.ts'
import { type WalkedFile, walk } from '../src/walk.ts'
import { contents, noise, randomTree, temporary, tree, until } from './support.ts'

describe('pack', () => {
  it('writes no object when the folder is unchanged, and the same manifest', async () => {
    const [base, store] = folders()
    const folder = randomTree(join(base, 'in'), 1, 300)
    const first = await pack({ folder, store })
    expect(first).toMatchObject({ files: 300, problems: [], knownChunks: 300 - first.written.objects - empty(folder) })
    const before = contents(store)
    const second = await pack({ folder, store })
    expect(second).toMatchObject({ files: 300, bytes: first.bytes, written: { objects: 0, bytes: 0 }, problems: [] })
    expect(contents(store)).toEqual(before)
  })

  it('stores the same content once, wherever and however often it is', async () => {
    const [base, store] = folders()
    const folder = tree(join(base, 'in'), { a: 'same', 'b/c': 'same', 'd e': 'same', f: 'other' })
    linkSync(join(folder, 'a'), join(folder, 'hard'))
    expect(await pack({ folder, store })).toMatchObject({
      files: 5,
      written: { objects: 2, contentBytes: 9 },
      knownChunks: 3,
    })
  })

  it('makes the names of objects safe that a killed run left, before it names them', async () => {
    const [base, store] = folders()
    const folder = tree(join(base, 'in'), { a: 'x', b: 'y' })
    await pack({ folder, store })
    const before = readFileSync(manifestPath(store))
    const [known = ''] = before.toString().match(/[0-9a-f]{64}/) ?? []
    writeFileSync(join(folder, 'new'), 'new')
    let done = 0
    const write: WriteDurably = async (path, bytes) => {
      await writeDurably(path, bytes)
      await until(() => done === 2)
      rmSync(join(store, 'objects', known.slice(0, 2)), { recursive: true })
    }
    const onProgress = ({ stages }: Progress): void => {
      done = stages[3]?.done ?? 0
    }
    await expect(pack({ folder, store, write, onProgress })).rejects.toMatchObject({ code: 'store' })
    expect(readFileSync(manifestPath(store))).toEqual(before)
  })

  it('cuts files at 4 MiB, exactly', async () => {
    const [base, store] = folders()
    const sizes = [0, 1, 1 << 14, 1 << 16, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 1]
    const files = sizes.map((size, i) => [`f${i}`, noise(size, i)] as const)
    const folder = tree(join(base, 'in'), Object.fromEntries(files))
    truncateSync(writeEmpty(join(folder, 'sparse')), 3 * CHUNK)
    const report = await pack({ folder, store })
    expect(report).toMatchObject({
      files: 9,
      problems: [],
      written: { objects: 1 + 1 + 1 + 1 + 1 + 2 + 3 + 1 },
      knownChunks: 2,
    })
    expect(await verify({ store, restore: join(base, 'out') })).toMatchObject({ files: 9, problems: [] })
    expect(contents(join(base, 'out'))).toEqual(contents(folder))
  })

  it('keeps every time that the disk can hold', async () => {
    const [base, store] = folders()
    const folder = tree(join(base, 'in'), { a: 'x', b: 'y', c: 'z' })
    execFileSync('touch', ['-d', '@15032385535', join(folder, 'a')])
    execFileSync('touch', ['-d', '@9007199255', join(folder, 'b')])
    execFileSync('touch', ['-d', '@-2147483648', join(folder, 'c')])
    expect(await pack({ folder, store })).toMatchObject({ files: 3, problems: [] })
    expect(await verify({ store, restore: join(base, 'out') })).toMatchObject({ files: 3, problems: [] })
  })

  it('names a file of more chunks than a line of the manifest has room for, and packs the rest', async (context) => {
    const [base, store] = folders()
    const folder = tree(join(base, 'in'), { a: 'x', huge: '' })
    try {
      truncateSync(join(folder, 'huge'), 2 ** 42 + 2 ** 38)
    } catch {
      context.skip('this disk has no files of 4 TiB')
    }
    expect(await pack({ folder, store })).toMatchObject({
      files: 1,
      problems: [{ path: 'huge', reason: 'too large: its line in the manifest would have more than 67108864 bytes' }],
    })
    expect(await verify({ store })).toMatchObject({ files: 1, problems: [] })
  })

  it('leaves out its own store when that lies in the folder', async () => {
    const folder = tree(temporary(), { 'sub/a': 'x' })
    const store = join(folder, 'sub/store')
    expect(await pack({ folder, store })).toMatchObject({ files: 1, directories: 2 })
    expect(await pack({ folder, store })).toMatchObject({ files: 1, directories: 2, written: { objects: 0 } })
  })

  it('packs a folder that is named by a link', async () => {
    const [base, store] = folders()
    tree(join(base, 'in'), { a: 'x' })
    symlinkSync('in', join(base, 'link'))
    expect(await pack({ folder: join(base, 'link'), store })).toMatchObject({ files: 1 })
  })

  it('leaves out a file that changes or vanishes while it is packed, all of it, and packs the rest', async () => {
    const [base, store] = folders()
    const folder = tree(join(base, 'in'), { 'a/small': 'x', 'c/kept': 'y' })
    // More chunks than fit in the budget: some are read only after the first object is written.
    truncateSync(writeEmpty(join(folder, 'b-big')), BUDGET_BYTES + 4 * CHUNK)
    writeFileSync(join(folder, 'b-gone'), 'z')
    const write = once(() => {
      appendFileSync(join(folder, 'b-big'), 'more')
      rmSync(join(folder, 'b-gone'))
    })
    const report = await pack({ folder, store, write })
    expect(report.problems).toEqual([
      { path: 'b-big', reason: 'changed while it was read' },
      { path: 'b-gone', reason: 'vanished before it was read' },
    ])
    expect(report).toMatchObject({ files: 2, directories: 3 })
    expect(await verify({ store })).toMatchObject({ files: 2, problems: [] })
  })

  it('stops at a full disk with an error that names file and cause, and a rerun completes the store', async () => {
    const [base, store] = folders()
    const folder = randomTree(join(base, 'in'), 2, 200)
    let left = 50
    const write: WriteDurably = async (path, bytes) => {
      if (left-- > 0) return writeDurably(path, bytes)
      writeFileSync(path, bytes.subarray(0, 10))
      throw Object.assign(new Error('full'), { code: 'ENOSPC', errno: -28, syscall: 'write' })
    }
    await expect(pack({ folder, store, write })).rejects.toMatchObject({
      code: 'store',
      message: expect.stringMatching(/^cannot write .*\/objects\/..\/.*\.zst: no space left on device \(ENOSPC\)$/),
    })
    expect(existsSync(join(store, 'tmp'))).toBe(false)
    expect(existsSync(manifestPath(store))).toBe(false)
    expect(await pack({ folder, store })).toMatchObject({ files: 200, problems: [] })
    expect(await verify({ store })).toMatchObject({ files: 200, problems: [] })
  })

  it('keeps the manifest before when it is aborted, and rejects with the reason', async () => {
    const [base, store] = folders()
    const folder = randomTree(join(base, 'in'), 3, 100)
    await pack({ folder, store })
    const before = readFileSync(manifestPath(store))
    tree(folder, { 'new/file': 'new' })
    const abort = new AbortController()
    const reason = new Error('enough')
    const write = once(() => abort.abort(reason))
    await expect(pack({ folder, store, signal: abort.signal, write })).rejects.toBe(reason)
    expect(readFileSync(manifestPath(store))).toEqual(before)
    expect(existsSync(join(store, 'tmp'))).toBe(false)
    await expect(pack({ folder, store, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('goes on past its window while the oldest file is slow', async () => {
    const [base, store] = folders()
    const files = Object.fromEntries(Array.from({ length: WINDOW + 500 }, (_, i) => [`f${i}`, '']))
    const folder = tree(join(base, 'in'), { ...files, 'a-first': 'slow' })
    const write: WriteDurably = async (path, bytes) => {
      await new Promise((resolve) => setTimeout(resolve, 200))
      await writeDurably(path, bytes)
    }
    expect(await pack({ folder, store, write })).toMatchObject({ files: WINDOW + 501, problems: [] })
  })

  it('tells how each stage stands and how the run went', async () => {
    const [base, store] = folders()
    const folder = randomTree(join(base, 'in'), 4, 100)
    const seen: Progress[] = []
    const report = await pack({ folder, store, onProgress: (progress) => seen.push(progress) })
    const last = seen.at(-1)
    expect(last?.stages.map(({ name }) => name)).toEqual(['walk', 'read', 'digest', 'write', 'manifest'])
    expect(last?.stages.every(({ running, waiting }) => running + waiting === 0)).toBe(true)
    expect(last?.stages[1]?.bytes).toBe(report.bytes)
    expect(last?.stages[4]?.done).toBe(report.files + report.directories + report.links)
    expect(report.stages.map(({ name }) => name)).toContain(report.bottleneck)
  })

  it('refuses what it cannot pack before anything is written', async () => {
    const [base, store] = folders()
    const folder = tree(join(base, 'in'), { file: 'x', 'inner/y': '' })
    const refused = (options: { folder: string; store: string }): Promise<void> =>
      expect(pack(options), JSON.stringify(options)).rejects.toMatchObject({ code: 'usage' })
    await refused({ folder: join(base, 'none'), store })
    await refused({ folder: join(folder, 'file'), store })
    await refused({ folder: join(folder, 'file/deeper'), store })
    await refused({ folder, store: folder })
    await refused({ folder: join(folder, 'inner'), store: folder })
    expect(existsSync(store)).toBe(false)
  })
})

describe('readChunk', () => {
  it('reads the bytes of the file the walk met, and no others', async () => {
    const folder = tree(temporary(), { file: 'abcdef' })
    const file = await fileIn(folder, 'file')
    const memory = new ArrayBuffer(16)
    expect(await readChunk(latin1(folder), file, 0, 6, memory)).toBeUndefined()
    expect(Buffer.from(memory, 0, 6).toString()).toBe('abcdef')
    for (const change of [
      () => appendFileSync(join(folder, 'file'), 'g'),
      () => writeFileSync(join(folder, 'file'), 'abc'),
      () => writeFileSync(join(folder, 'file'), 'ABCDEF'),
      () => utimesSync(join(folder, 'file'), 1, 1),
      () => replace(join(folder, 'file'), () => mkdirSync(join(folder, 'file'))),
      () => replace(join(folder, 'file'), () => symlinkSync('/etc/passwd', join(folder, 'file'))),
      () => replace(join(folder, 'file'), () => execFileSync('mkfifo', [join(folder, 'file')])),
    ]) {
      change()
      expect(await readChunk(latin1(folder), file, 0, 6, memory), String(change)).toMatchObject({ path: 'file' })
    }
  })

  it('refuses a file that was written to and given its time back', async () => {
    const folder = tree(temporary(), { file: 'abcdef' })
    const path = join(folder, 'file')
    utimesSync(path, 1e9, 1e9)
    const file = await fileIn(folder, 'file')
    writeFileSync(path, 'ABCDEF')
    utimesSync(path, 1e9, 1e9)
    expect(await readChunk(latin1(folder), file, 0, 6, new ArrayBuffer(16))).toMatchObject({
      reason: 'changed while it was read',
    })
  })

  it('finds files that are longer than they say', async () => {
    const file = await fileIn(`/proc/${process.pid}`, 'status')
    expect(file.size).toBe(0)
    expect(await readChunk(latin1(`/proc/${process.pid}`), file, 0, 0, new ArrayBuffer(8))).toMatchObject({
      reason: 'changed while it was read',
    })
  })
})

function folders(): [base: string, store: string] {
  const base = temporary()
  return [base, join(base, 'store')]
}

function empty(folder: string): number {
  return Number(execFileSync('sh', ['-c', 'find "$0" -type f -empty | wc -l', folder]))
}

function writeEmpty(path: string): string {
  writeFileSync(path, '')
  return path
}

function replace(path: string, make: () => void): void {
  rmSync(path, { recursive: true })
  make()
}

/** Writes, and does something before the first write. */
function once(act: () => void): WriteDurably {
  let isDone = false
  return (path, bytes) => {
    if (!isDone) act()
    isDone = true
    return writeDurably(path, bytes)
  }
}

async function fileIn(folder: string, name: string): Promise<WalkedFile> {
  for await (const entry of walk(latin1(folder))) if (entry.type === 'file' && entry.path === name) return entry
  throw new Error(`no ${name} in ${folder}`)
}
