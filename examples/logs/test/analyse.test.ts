import { readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { analyse } from '../src/analyse.ts'
import type { Progress } from '../src/api.ts'
import { generate } from './generate.ts'
import { folderOf, line, naive } from './support.ts'

/** The threads that are started during a test. */
function startedThreads(onStart: (worker: Worker) => void = () => {}): Worker[] {
  const workers: Worker[] = []
  const listen = (worker: Worker): void => {
    workers.push(worker)
    onStart(worker)
  }
  process.on('worker', listen)
  onTestFinished(() => {
    process.off('worker', listen)
  })
  return workers
}

describe('analyse', () => {
  it.each([1, 2, 5])('adds up to what a plain parse in one thread adds up to, %i threads', async (threads) => {
    const folder = folderOf()
    generate(folder, { bytes: 3e6, files: 9, seed: threads })
    const { elapsedMs, size, ...sums } = await analyse(folder, { threads })
    const { size: exact, ...expected } = naive(folder)
    expect(sums).toEqual(expected)
    for (const quantile of ['p50', 'p99'] as const) {
      expect(size[quantile]).toBeLessThanOrEqual(exact[quantile])
      expect(size[quantile]).toBeGreaterThan(exact[quantile] * 0.996 - 1)
    }
    expect(elapsedMs).toBeGreaterThan(0)
  })

  it('counts paths of any length and bytes, up to 2048 of them', async () => {
    const [long, longer] = [`/${'l'.repeat(1500)}`, `/${'m'.repeat(3000)}`]
    const folder = folderOf({ a: line(long) + line(longer) + line(longer) + line('/té') })
    const { paths } = await analyse(folder)
    expect(paths).toEqual([
      { path: longer.slice(0, 2048), requests: 2 },
      { path: long, requests: 1 },
      { path: '/té', requests: 1 },
    ])
  })

  it('reads files of any name, and none below the folder', async () => {
    const names = [' ', '.hidden', 'a\nb', '日志.log', 'n'.repeat(255)]
    const folder = folderOf({
      'below/x.log': line('/x'),
      ...Object.fromEntries(names.map((name) => [name, line('/a')])),
    })
    expect(await analyse(folder, { threads: 2 })).toMatchObject({
      files: names.length,
      requests: names.length,
      problems: [],
    })
  })

  it('names what it cannot read, and reads everything else', async () => {
    const whole = gzipSync(line('/zipped').repeat(50_000))
    const folder = folderOf({ ok: line('/ok'), 'cut.gz': whole.subarray(0, -20), 'not.gz': 'no gzip', empty: '' })
    symlinkSync('nowhere', join(folder, 'dangling'))
    const { problems, files, paths } = await analyse(folder, { threads: 2 })
    expect(problems.map(({ file, reason }) => [file, reason])).toEqual([
      ['cut.gz', 'unexpected end of file'],
      ['dangling', expect.stringContaining('ENOENT')],
      ['not.gz', 'incorrect header check'],
    ])
    expect([files, paths.at(-1)]).toEqual([2, { path: '/ok', requests: 1 }])
    expect(problems[0]?.requests).toBe(paths[0]?.requests)
  })

  it.each([1, 2])(
    'names the file of a thread that is killed in the middle of it, and goes on, %i threads',
    { timeout: 300_000 },
    async (threads) => {
      const folder = folderOf()
      for (let file = 0; file < 8; file++) writeFileSync(join(folder, `large${file}`), line('/a').repeat(120_000))
      for (;;) {
        const workers = startedThreads()
        let killed: Promise<unknown> | undefined
        const report = await analyse(folder, {
          threads,
          onProgress: ({ requests, doneFiles }) => {
            // By then a thread is most likely in the middle of a file, and there are others for the one that is started in its place.
            if (requests > 100_000 && doneFiles < 4) killed ??= workers[0]?.terminate()
          },
        })
        await killed
        const [problem, ...more] = report.problems
        if (problem === undefined) {
          // It was between two files, or all was read before it was killed: nothing is missing, and it is tried again.
          expect(report.requests).toBe(8 * 120_000)
          continue
        }
        expect([problem.reason, more]).toEqual(['its thread died: exit code 1', []])
        const others = naive(
          folder,
          readdirSync(folder).filter((name) => name !== problem.file),
        )
        expect(report.files).toBe(7)
        // Of two, the other one may have read all before this one was missed.
        expect(workers.length).toBeGreaterThanOrEqual(threads === 1 ? 2 : threads)
        // All that the thread had sent is counted, and all of the other files.
        expect(report.requests).toBe(others.requests + problem.requests)
        expect(problem.requests).toBeLessThan(120_000)
        return
      }
    },
  )

  it('names every file when threads die as often as they are started', async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${10 + i}`, line('/a')]))
    const workers = startedThreads((worker) => {
      worker.terminate()
    })
    const { problems, requests } = await analyse(folderOf(files), { threads: 2 })
    expect(problems.map(({ file }) => file)).toEqual(Object.keys(files))
    expect([requests, workers.length]).toEqual([0, 5])
  })

  it('names every file, and why, when no thread has the memory to begin', async () => {
    const folder = folderOf({ a: line('/a'), b: line('/b') })
    const { problems } = await analyse(folder, { threads: 2, threadHeapMb: 6 })
    const reason = expect.stringMatching(/^its thread died: .*out of memory/)
    expect(problems).toEqual(['a', 'b'].map((file) => ({ file, reason, requests: 0 })))
  })

  it('ends all threads before it rejects with the reason of its signal', async () => {
    const folder = folderOf({ a: line('/a').repeat(300_000), b: line('/b').repeat(300_000) })
    const interruption = new AbortController()
    const workers = startedThreads()
    const options = {
      threads: 2,
      signal: interruption.signal,
      onProgress: () => interruption.abort(new Error('enough')),
    }
    await expect(analyse(folder, options)).rejects.toThrow('enough')
    expect(workers.map(({ threadId }) => threadId)).toEqual([-1, -1])
    await expect(analyse(folder, options)).rejects.toThrow('enough')
    expect(workers).toHaveLength(2)
  })

  it('tells how it stands', async () => {
    const seen: Progress[] = []
    const folder = folderOf({ a: line('/a'), b: `${line('/b')}bad\n` })
    await analyse(folder, { onProgress: (progress) => seen.push(progress) })
    expect(seen.at(-1)).toMatchObject({ requests: 2, badLines: 1, doneFiles: 2, files: 2 })
    expect(seen.at(-1)?.doneBytes).toBe(seen.at(-1)?.bytes)
  })

  it('refuses a number of threads that cannot be', async () => {
    for (const threads of [0, 31, 1.5, Number.NaN]) {
      await expect(analyse(folderOf(), { threads })).rejects.toThrow(
        `threads: expected an integer from 1 to 30, got ${threads}`,
      )
    }
  })
})
