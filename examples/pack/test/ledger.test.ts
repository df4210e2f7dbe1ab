import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../../tooling/testing/random.ts'
import { CHUNK, type FileEntry } from '../src/api.ts'
import { Buffers, memoryFor } from '../src/buffers.ts'
import { BUDGET_BYTES, type Chunk, Ledger, WINDOW } from '../src/ledger.ts'
import { bytePath } from '../src/names.ts'

function file(path: string, size: number): FileEntry {
  return { type: 'file', path: bytePath(path), mode: 0o644, mtimeUs: 0n, size }
}

function listed(): { ledger: Ledger<FileEntry>; lines: string[] } {
  const lines: string[] = []
  return { ledger: new Ledger((entry, names) => lines.push(`${entry.path} ${names.join()}`)), lines }
}

describe('a ledger', () => {
  it('lists entries in the order they came, whatever the order their chunks are settled in', async () => {
    const { ledger, lines } = listed()
    const next = randomFrom(1)
    const open: Chunk<FileEntry>[] = []
    const expected: string[] = []
    for (let i = 0; i < 300; i++) {
      const sizes = [0, 5, CHUNK, 2 * CHUNK + 1]
      const entry = file(`f${i}`, sizes[Math.floor(next() * sizes.length)] ?? 0)
      const names: string[] = []
      for (const chunk of await chunksOf(ledger, entry, () => settleOne())) {
        open.push(chunk)
        if (chunk.length > 0) names.push(nameOf(chunk))
      }
      expected.push(`${entry.path} ${names.join()}`)
    }
    function settleOne(): void {
      const [chunk] = open.splice(Math.floor(next() * open.length), 1)
      if (chunk !== undefined) ledger.settle(chunk, chunk.length > 0 ? nameOf(chunk) : undefined)
    }
    while (open.length > 0) settleOne()
    expect(lines).toEqual(expected)
    expect(ledger.length).toBe(0)
  })

  it('lets no more than its window pass the oldest unfinished entry', async () => {
    const { ledger } = listed()
    const [oldest] = await chunksOf(ledger, file('oldest', 1))
    for (let i = 1; i < WINDOW; i++) await ledger.add({ ...file(`e${i}`, 0) }, {})
    await expect(ledger.add(file('late', 0), { timeoutMs: 5 })).rejects.toMatchObject({ code: 'timeout' })
    expect(ledger.length).toBe(WINDOW)
    if (oldest !== undefined) ledger.settle(oldest, 'x')
    await ledger.add(file('late', 0), { timeoutMs: 5 })
    expect(ledger.length).toBe(0)
    expect(ledger.waitedMs).toBeGreaterThan(0)
  })

  it('holds no more memory in flight than its budget, exactly as many chunks as fit', async () => {
    const { ledger } = listed()
    const fit = Math.floor(BUDGET_BYTES / memoryFor(CHUNK))
    const chunks = ledger.chunks(file('big', 100 * CHUNK), { timeoutMs: 5 })
    for (let i = 0; i < fit; i++) expect((await chunks.next()).done).toBe(false)
    await expect(chunks.next()).rejects.toMatchObject({ code: 'timeout' })
  })

  it('lists a file with all of its chunks or not at all', async () => {
    const { ledger, lines } = listed()
    const [a, b] = await chunksOf(ledger, file('bad', CHUNK + 1))
    await ledger.add(file('good', 0), {})
    if (a === undefined || b === undefined) throw new Error('two chunks')
    ledger.fail(b, { path: b.entry.path, reason: 'changed' })
    ledger.fail(b, { path: b.entry.path, reason: 'again' })
    ledger.settle(b)
    expect(ledger.isFailed(a)).toBe(true)
    ledger.settle(a, 'x')
    expect(lines).toEqual(['good '])
    expect(ledger.problems).toEqual([{ path: 'bad', reason: 'changed' }])
  })

  it('goes on to the last chunk of a file that has failed, and settles the file with it', async () => {
    const { ledger, lines } = listed()
    const chunks = ledger.chunks(file('bad', 9 * CHUNK + 1), {})
    const first = (await chunks.next()).value as Chunk<FileEntry>
    const second = (await chunks.next()).value as Chunk<FileEntry>
    ledger.fail(first, { path: first.entry.path, reason: 'changed' })
    const last = (await chunks.next()).value as Chunk<FileEntry>
    expect([last.offset, last.length]).toEqual([9 * CHUNK, 1])
    expect((await chunks.next()).done).toBe(true)
    await ledger.add(file('good', 0), {})
    expect([first, last, second].map((chunk) => ledger.arrive(chunk))).toEqual([false, false, true])
    for (const chunk of [second, last, first]) ledger.settle(chunk)
    expect([lines, ledger.length]).toEqual([['good '], 0])
  })

  it('tells once that all chunks of a file have arrived', async () => {
    const { ledger } = listed()
    const chunks = await chunksOf(ledger, file('a', 2 * CHUNK + 1))
    expect(chunks.map((chunk) => ledger.arrive(chunk))).toEqual([false, false, true])
  })
})

describe('buffers', () => {
  it('are used again, have room for what compressing may add, and are freed beyond a limit', () => {
    const buffers = new Buffers()
    const first = buffers.take(CHUNK)
    expect(first.byteLength).toBe(memoryFor(CHUNK))
    // What zstd may need at most, as its ZSTD_COMPRESSBOUND has it, and the byte that finds a file's end.
    for (const n of [1, 1 << 14, 1 << 16, 1 << 18, 1 << 20, CHUNK]) {
      expect(memoryFor(n)).toBeGreaterThan(n + (n >> 8) + (n < 1 << 17 ? ((1 << 17) - n) >> 11 : 0))
    }
    buffers.give(first)
    expect(buffers.take(CHUNK - 1)).toBe(first)
    const many = Array.from({ length: 10 }, () => buffers.take(CHUNK))
    for (const buffer of many) buffers.give(buffer)
    expect(many.filter((buffer) => buffer.detached).length).toBeGreaterThanOrEqual(6)
    expect(() => memoryFor(CHUNK + 1)).toThrow(RangeError)
  })
})

/** Takes the chunks of an entry; calls `makeRoom` while there is none. */
async function chunksOf(
  ledger: Ledger<FileEntry>,
  entry: FileEntry,
  makeRoom?: () => void,
): Promise<Chunk<FileEntry>[]> {
  const chunks: Chunk<FileEntry>[] = []
  const ticking = setInterval(() => makeRoom?.())
  for await (const chunk of ledger.chunks(entry, {})) chunks.push(chunk)
  clearInterval(ticking)
  return chunks
}

function nameOf({ entry, offset }: Chunk<FileEntry>): string {
  return `${entry.path}@${offset}`
}
