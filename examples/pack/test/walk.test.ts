import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytePath, fsPath, joinPath, latin1 } from '../src/names.ts'
import { compareInWalk } from '../src/order.ts'
import { type Omitted, type Walked, walk } from '../src/walk.ts'
import { temporary, tree } from './support.ts'

async function walked(folder: string, omit?: Omitted): Promise<Walked[]> {
  const entries: Walked[] = []
  for await (const entry of walk(bytePath(folder), omit)) entries.push(entry)
  return entries
}

async function paths(folder: string): Promise<string[]> {
  return (await walked(folder)).map(({ path }) => path)
}

describe('walk', () => {
  it('lists each directory before its contents, names in the order of their bytes', async () => {
    const folder = tree(temporary(), { b: '', 'a/z': '', 'a/B/c': '', 'a-b': '', 'a.b/x': '', é: '', 'Z/': '' })
    const found = await paths(folder)
    expect(found).toEqual(['.', 'Z', 'a', 'a/B', 'a/B/c', 'a/z', 'a-b', 'a.b', 'a.b/x', 'b', '\xc3\xa9'])
    expect(found.toSorted((a, b) => compareInWalk(latin1(a), latin1(b)))).toEqual(found)
  })

  it('lists directories of more names than it examines at once', async () => {
    const folder = temporary()
    for (let i = 0; i < 300; i++) writeFileSync(join(folder, String(i)), '')
    expect(new Set(await paths(folder)).size).toBe(301)
  })

  it('keeps names with spaces, line breaks, emoji, 255 bytes and bytes that are not UTF-8', async () => {
    const folder = temporary()
    const names = [' ', 'a\nb', '\xf0\x9f\x99\x82', '\xff\xfe', 'n'.repeat(255), '\xe9'.repeat(255), '...']
    for (const name of names) writeFileSync(fsPath(joinPath(bytePath(folder), latin1(name))), '')
    expect((await paths(folder)).slice(1)).toEqual(names.toSorted())
  })

  it('reads links byte for byte and does not follow them, whatever they point to', async () => {
    const folder = temporary()
    symlinkSync('.', join(folder, 'loop'))
    symlinkSync('/nowhere', join(folder, 'dangling'))
    symlinkSync(Buffer.from([0xff, 0x2f, 0x61]), join(folder, 'bytes'))
    symlinkSync('self', join(folder, 'self'))
    const links = (await walked(folder)).filter((entry) => entry.type === 'link')
    expect(links.map(({ path, target }) => [path, target])).toEqual([
      ['bytes', '\xff/a'],
      ['dangling', '/nowhere'],
      ['loop', '.'],
      ['self', 'self'],
    ])
  })

  it('tells mode with setuid and sticky bits, and time in microseconds, rounded down', async () => {
    const folder = tree(temporary(), { set: 'abc', 'd/': '' })
    chmodSync(join(folder, 'set'), 0o4751)
    chmodSync(join(folder, 'd'), 0o1777)
    execFileSync('touch', ['-d', '@1700000000.123456789', join(folder, 'set')])
    execFileSync('touch', ['-d', '@-1.000000001', join(folder, 'd')])
    const [, d, set] = await walked(folder)
    expect(d).toMatchObject({ type: 'directory', mode: 0o1777, mtimeUs: -1_000_001n })
    expect(set).toMatchObject({
      type: 'file',
      mode: 0o4751,
      owner: { uid: process.getuid?.(), gid: process.getgid?.() },
      mtimeUs: 1_700_000_000_123_456n,
      size: 3,
    })
  })

  it('reports sockets, FIFOs and devices by name', async () => {
    const folder = temporary()
    execFileSync('mkfifo', [join(folder, 'fifo')])
    const server = createServer().listen(join(folder, 'socket'))
    await once(server, 'listening')
    const problems = (await walked(folder)).filter((entry) => entry.type === 'problem')
    server.close()
    expect(problems).toEqual([
      { type: 'problem', path: 'fifo', reason: 'FIFO, not packed' },
      { type: 'problem', path: 'socket', reason: 'socket, not packed' },
    ])
    expect(await anyOf(walk(bytePath('/dev')), 'null')).toMatchObject({ reason: 'character device, not packed' })
  })

  it('leaves out a directory, wherever it is, with its contents', async () => {
    const folder = tree(temporary(), { 'a/store/x': '', 'a/y': '' })
    const { dev, ino } = statSync(join(folder, 'a/store'), { bigint: true })
    expect((await walked(folder, { dev, ino })).map(({ path }) => path)).toEqual(['.', 'a', 'a/y'])
  })

  it('reports a directory that vanished before it could be listed, once', async () => {
    const folder = tree(temporary(), { 'a/': '', 'b/x': '' })
    const walking = walk(bytePath(folder))
    await walking.next()
    await walking.next()
    execFileSync('rm', ['-r', join(folder, 'b')])
    expect((await walking.next()).value).toMatchObject({ type: 'problem', path: 'b' })
    expect((await walking.next()).done).toBe(true)
  })

  it('does not follow a link that takes the place of a directory while it walks', async () => {
    const base = temporary()
    const outside = tree(join(base, 'outside'), { secret: '', 'deep/secret': '' })
    const folder = tree(join(base, 'in'), { 'a/x': '', 'b/deep/y': '', c: '' })
    const found: Walked[] = []
    for await (const entry of walk(bytePath(folder))) {
      found.push(entry)
      // Its names are read, and nothing of what they stand for.
      if (entry.path === 'a' || entry.path === 'b') {
        renameSync(join(folder, entry.path), join(base, `was-${entry.path}`))
        symlinkSync(outside, join(folder, entry.path))
      }
    }
    const text = found.map(({ type, path }) => `${type} ${path}`)
    expect(text).toEqual([
      'directory .',
      'directory a',
      'file a/x',
      'directory b',
      'directory b/deep',
      'file b/deep/y',
      'file c',
    ])
  })

  it('reports a directory that became another one before it was listed', async () => {
    const base = temporary()
    const folder = tree(join(base, 'in'), { a: '', 'b/x': '' })
    tree(join(base, 'other'), { secret: '' })
    const found: string[] = []
    for await (const entry of walk(bytePath(folder))) {
      found.push(`${entry.path}${entry.type === 'problem' ? `: ${entry.reason}` : ''}`)
      if (entry.path === 'a') {
        renameSync(join(folder, 'b'), join(base, 'b'))
        renameSync(join(base, 'other'), join(folder, 'b'))
      }
    }
    expect(found).toEqual(['.', 'a', 'b: changed while it was listed'])
  })

  it('is the same for an unchanged folder', async () => {
    const folder = tree(temporary(), { 'a/b': 'x', c: 'y' })
    mkdirSync(join(folder, 'd'))
    utimesSync(join(folder, 'd'), 1, 1)
    expect(await walked(folder)).toEqual(await walked(folder))
  })

  it('throws what the system says if the folder is not there', async () => {
    await expect(walked(join(temporary(), 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

async function anyOf(walking: AsyncIterable<Walked>, path: string): Promise<Walked | undefined> {
  for await (const entry of walking) if (entry.path === path) return entry
  return undefined
}
