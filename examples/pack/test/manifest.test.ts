import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../../tooling/testing/random.ts'
import type { Entry, FileEntry } from '../src/api.ts'
import { CHUNK, chunkCount } from '../src/api.ts'
import {
  count,
  entryLine,
  headerLine,
  LINE_BYTES_MAX,
  type Listed,
  lineBytes,
  Manifest,
  noTotals,
  trailerLine,
} from '../src/manifest.ts'
import { latin1 } from '../src/names.ts'
import { temporary } from './support.ts'

const hash = 'ab'.repeat(32)
const root: Entry = { type: 'directory', path: latin1('.'), mode: 0o755, mtimeUs: 0n }

async function read(text: string): Promise<Listed[]> {
  const path = join(temporary(), 'manifest.jsonl')
  writeFileSync(path, text)
  await using manifest = await Manifest.open(path)
  const entries: Listed[] = []
  for await (const entry of manifest.entries()) entries.push(entry)
  return entries
}

function write(...entries: (Entry & { chunks?: string[] })[]): string {
  const totals = noTotals()
  for (const entry of entries) count(totals, entry)
  return [headerLine(), ...entries.map((entry) => entryLine(entry, entry.chunks ?? [])), trailerLine(totals)].join('')
}

function directory(path: string): Entry {
  return { type: 'directory', path: latin1(path), mode: 0o755, mtimeUs: 0n }
}

function link(path: string): Entry {
  return { type: 'link', path: latin1(path), mtimeUs: 0n, target: latin1('/etc') }
}

function file(path: string, size = 0, chunks: string[] = []): FileEntry & { chunks: string[] } {
  return { type: 'file', path: latin1(path), mode: 0o644, mtimeUs: 0n, size, chunks }
}

describe('entries', () => {
  it('are those that were written', async () => {
    const entries = [
      root,
      {
        type: 'file' as const,
        path: latin1('a\nb'),
        mode: 0o4755,
        owner: { uid: 5, gid: 2 ** 32 - 2 },
        mtimeUs: -5n,
        size: CHUNK + 1,
        chunks: [hash, hash],
      },
      { type: 'directory' as const, path: latin1('d'), mode: 0o1777, mtimeUs: 1_700_000_000_123_456n },
      { type: 'link' as const, path: latin1('d/\xff'), mtimeUs: 7n, target: latin1('\xfe/x') },
      file('e'),
    ]
    const found = await read(write(...entries))
    expect(found).toEqual(entries.map((entry) => ({ chunks: [], ...entry })))
  })

  it('are those that were written, whatever a walk can yield', async () => {
    const next = randomFrom(11)
    const byte = (): string => String.fromCharCode(1 + Math.floor(next() * 255))
    const name = (i: number): string => `${String(i).padStart(4, '0')}${byte()}${byte()}`.replaceAll('/', '_')
    const times = [0n, -1n, 2n ** 53n, -(2n ** 53n) - 1n, 15_032_385_535_999_999n, -(2n ** 63n) * 1_000_000n]
    const entries: (Entry & { chunks: string[] })[] = [{ ...root, chunks: [] }]
    for (let i = 0; i < 500; i++) {
      const size = [0, 1, CHUNK, CHUNK + 1][Math.floor(next() * 4)] ?? 0
      const mode = Math.floor(next() * 0o10000)
      const common = { path: latin1(name(i)), mtimeUs: times[i] ?? BigInt(Math.floor((next() - 0.5) * 2 ** 60)) }
      if (i % 3 === 0) entries.push({ type: 'link', ...common, target: latin1(byte() + byte()), chunks: [] })
      else {
        const owner = (mode & 0o6000) === 0 ? {} : { owner: { uid: i, gid: 2 * i } }
        if (i % 3 === 1) entries.push({ type: 'directory', ...common, mode, ...owner, chunks: [] })
        else entries.push({ type: 'file', ...common, mode, ...owner, size, chunks: Array(chunkCount(size)).fill(hash) })
      }
    }
    expect(await read(write(...entries))).toEqual(entries)
  })

  it('fit in a line, of which the length is known before the chunks are', async () => {
    const most = Math.floor((LINE_BYTES_MAX - entryLine(file('a'), []).length) / 67)
    const sizes = [0, 1, CHUNK + 1, (most - 2) * CHUNK]
    for (const size of sizes) {
      const entry = file('\xff', size, Array(chunkCount(size)).fill(hash))
      const line = entryLine(entry, entry.chunks)
      expect(lineBytes(entry)).toBe(Buffer.byteLength(line))
      expect((await read(write(root, entry))).at(-1)).toEqual(entry)
    }
    expect(lineBytes(file('a', (most + 2) * CHUNK))).toBeGreaterThan(LINE_BYTES_MAX)
  })

  it('refuse a path that leaves the folder', async () => {
    for (const path of ['../x', '/x', 'a/../../x', 'a//x', 'a/', './x', '..', '', 'a/.', 'x\0y']) {
      await expect(read(write(root, directory('a'), file(path)))).rejects.toMatchObject({ code: 'manifest' })
    }
    const sly = `{"type":"file","path64":"${Buffer.from('../x').toString('base64')}","mode":"0644","mtime":0,"size":0,"chunks":[]}\n`
    await expect(read(`${headerLine()}${entryLine(root, [])}${sly}`)).rejects.toThrow(
      'line 3 has a path that leaves the folder',
    )
  })

  it('refuse an entry below a link, a file or nothing', async () => {
    await expect(read(write(root, link('a'), file('a/x')))).rejects.toThrow('line 4 is not where')
    await expect(read(write(root, file('a'), file('a/x')))).rejects.toThrow('line 4 is not where')
    await expect(read(write(root, file('a/x')))).rejects.toThrow('line 3 is not where')
    await expect(read(write(root, directory('a'), file('b'), file('a/x')))).rejects.toThrow('line 5 is not where')
  })

  it('refuse a name that comes twice, and a root that is not first, once and a directory', async () => {
    await expect(read(write(root, link('a'), directory('a')))).rejects.toThrow('line 4 is not where')
    await expect(read(write(root, root))).rejects.toThrow('line 3 is not where')
    await expect(read(write(link('.')))).rejects.toThrow('line 2 is not where')
    await expect(read(write(file('a')))).rejects.toThrow('line 2 is not where')
  })

  it('refuse a manifest that is cut short, goes on after its end, or counts wrong', async () => {
    const whole = write(root, file('a'))
    await expect(read(whole.slice(0, whole.lastIndexOf('{')))).rejects.toThrow('is cut short')
    await expect(read(whole.slice(0, -9))).rejects.toThrow('line 4 is not a JSON object')
    await expect(read('')).rejects.toThrow('is cut short')
    await expect(read(`${whole}{"end":true}\n`)).rejects.toThrow('follows the last line')
    await expect(read(whole.replace('"files":1', '"files":2'))).rejects.toThrow('counts 2 files, but 1 are listed')
  })

  it('refuse fields that are not what they should be', async () => {
    const good = write(root, file('a', 1, [hash]))
    for (const [from, to] of [
      ['"0644"', '"99"'],
      ['"0644"', '420'],
      ['"0644"', '"4644"'],
      ['"0644"', '"4644","uid":-1,"gid":0'],
      ['"size":1', '"size":-1'],
      ['"size":1', '"size":1.5'],
      [`["${hash}"]`, '[]'],
      [`["${hash}"]`, '["../../../etc/passwd"]'],
      [`["${hash}"]`, '7'],
      ['"type":"file"', '"type":"socket"'],
      ['"mtime":0,"size"', '"mtime":"x","size"'],
      ['"mtime":0,"size"', '"mtime":"1.5","size"'],
      ['"path":"a"', '"path":7'],
    ] as const) {
      const bad = good.replace(from, to)
      expect(bad).not.toBe(good)
      await expect(read(bad), `${from} -> ${to}`).rejects.toThrow(/line 3 has/)
    }
  })

  it('refuse the manifest of another program or version', async () => {
    await expect(read('{"hello":1}\n')).rejects.toThrow('is not a manifest of this program')
    await expect(read(write(root).replace('"version":1', '"version":2'))).rejects.toThrow(
      'has version 2; this program reads 1',
    )
  })
})
