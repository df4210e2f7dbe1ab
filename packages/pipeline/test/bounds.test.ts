import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'
import { Counted, quiet, Work } from './support.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

/** A source that answers later, and counts what was asked of it. */
class Late implements AsyncIterable<number> {
  taken = 0
  readonly #length: number

  constructor(length: number = Number.POSITIVE_INFINITY) {
    this.#length = length
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    while (this.taken < this.#length) {
      await null
      yield this.taken++
    }
  }
}

describe('what is taken from a source', () => {
  test.each([true, false])('is what flatMap has room for, ordered %s', async (ordered) => {
    const source = new Counted()
    const work = new Work<number, number[]>()
    const run = from(source).flatMap(work.fn, { concurrency: 3, ordered }).run()
    await quiet()
    expect(source.taken).toBe(3)
    for (const n of [0, 1, 2]) await work.finish(n, numbers(1_000))
    // Three arrays are read, three calls run.
    expect([source.taken, work.running]).toEqual([6, [3, 4, 5]])
    for (let i = 0; i < 900; i++) await run.output.receive()
    expect(source.taken).toBeLessThanOrEqual(7)
    run.abort()
    for (const n of work.running) await work.finish(n, [])
  })

  test('is at most what may run and wait, however late it answers and however large the buffer', async () => {
    const source = new Late()
    const work = new Work<number>()
    const run = from(source).map(work.fn, { concurrency: 4, ordered: false }).buffer(20).run()
    await quiet()
    for (let n = 0; n < 20; n++) await work.finish(n, n)
    expect([work.most, work.running.length, source.taken]).toEqual([4, 4, 24])
    run.abort()
    for (const n of work.running) await work.finish(n, n)
  })

  test('is no more of a stream than the stream itself holds ready', async () => {
    let pulled = 0
    const web = new ReadableStream<number>({ pull: (controller) => controller.enqueue(pulled++) }, { highWaterMark: 0 })
    let read = 0
    const node = new Readable({
      objectMode: true,
      highWaterMark: 1,
      read() {
        this.push(read++)
      },
    })
    for (const [source, taken] of [
      [web, () => pulled],
      [node as AsyncIterable<number>, () => read],
    ] as const) {
      const work = new Work<number>()
      const run = from(source).map(work.fn, { concurrency: 2 }).run()
      await quiet()
      expect(work.running).toEqual([0, 1])
      expect(taken()).toBeLessThanOrEqual(4)
      run.abort()
      for (const n of [0, 1]) await work.finish(n, n)
      await run.done.catch(() => {})
    }
  })
})

describe('a buffer', () => {
  test('is filled again to its last place after each item that leaves it', async () => {
    const work = new Work<number>()
    const run = from(new Counted())
      .map((n) => n)
      .buffer(5)
      .map(work.fn)
      .run()
    await quiet()
    for (let n = 0; n < 20; n++) {
      expect(run.stats().stages[0]).toMatchObject({ waiting: 6, running: 0 })
      await work.finish(n, n)
      expect(await run.output.receive()).toBe(n)
      await quiet()
    }
    run.abort()
    await work.finish(20, 20)
  })
})

describe('an unordered stage', () => {
  test('gives its first result while all other calls still run', async () => {
    const work = new Work<number>()
    const run = from(numbers(8)).map(work.fn, { concurrency: 4, ordered: false }).run()
    await quiet()
    await work.finish(2, 2)
    expect(run.output.tryReceive()).toBe(2)
    expect(work.running).toEqual([0, 1, 3, 4])
    run.abort()
    for (const n of work.running) await work.finish(n, n)
  })

  test('begins a call for each that ends, in whatever order they do', async () => {
    const work = new Work<number>()
    const results = from(numbers(30)).map(work.fn, { concurrency: 3, ordered: false }).toArray()
    await quiet()
    for (let ended = 0; ended < 28; ended++) {
      expect(work.running).toHaveLength(3)
      const last = work.running.at(-1) as number
      await work.finish(last, last)
    }
    for (const n of work.running) await work.finish(n, n)
    expect((await results).toSorted((a, b) => a - b)).toEqual(numbers(30))
  })
})

describe('two stages of ten calls each', () => {
  test.each([
    ['that return', (n: number) => n],
    ['that wait a microtask', async (n: number) => n],
    ['that do either', (n: number) => (n % 3 === 0 ? n : Promise.resolve(n))],
  ])('end with all of 100,000 items: calls %s', async (_, fn) => {
    for (const ordered of [true, false]) {
      let sum = 0
      const pipeline = from(new Counted(100_000))
        .map(fn, { concurrency: 10, ordered })
        .map(fn, { concurrency: 10, ordered })
      await pipeline.forEach((n) => {
        sum += n
      })
      expect(sum).toBe(4_999_950_000)
    }
  })
})
