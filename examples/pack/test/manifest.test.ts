import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../src/api.ts'
import { CHUNK } from '../src/api.ts'
import { count, entryLine, headerLine, type Listed, Manifest, noTotals, trailerLine } from '../src/manifest.ts'
import { latin1 } from '../src/names.ts'
import { temporary } from './support.ts'

const hash = 'ab'.repeat(32)
const root: Entry = { type: 'directory', path: latin1('.'), mode: 0o755, mtimeUs: 0 }

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
  return { type: 'directory', path: latin1(path), mode: 0o755, mtimeUs: 0 }
}

function link(path: string): Entry {
  return { type: 'link', path: latin1(path), mtimeUs: 0, target: latin1('/etc') }
}

function file(path: string, size = 0, chunks: string[] = []): Entry & { chunks: string[] } {
  return { type: 'file', path: latin1(path), mode: 0o644, mtimeUs: 0, size, chunks }
}

describe('entries', () => {
  it('are those that were written', async () => {
    const entries = [
      root,
      { type: 'file' as const, path: latin1('a\nb'), mode: 0o4755, mtimeUs: -5, size: CHUNK + 1, chunks: [hash, hash] },
      { type: 'directory' as const, path: latin1('d'), mode: 0o1777, mtimeUs: 1_700_000_000_123_456 },
      { type: 'link' as const, path: latin1('d/\xff'), mtimeUs: 7, target: latin1('\xfe/x') },
      file('e'),
    ]
    const found = await read(write(...entries))
    expect(found).toEqual(entries.map((entry) => ({ chunks: [], ...entry })))
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
      ['"size":1', '"size":-1'],
      ['"size":1', '"size":1.5'],
      [`["${hash}"]`, '[]'],
      [`["${hash}"]`, '["../../../etc/passwd"]'],
      [`["${hash}"]`, '7'],
      ['"type":"file"', '"type":"socket"'],
      ['"mtime":0,"size"', '"mtime":"x","size"'],
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
