import { describe, expect, test } from 'vitest'
import { blockUntilChanged, changed, open, pool, rejection, shared, stopTimers, warmPool } from './support.ts'

describe('shutdown', () => {
  test('lets what was accepted end, and stops the threads', async () => {
    const tasks = pool({ threads: 2 })
    const accepted = [1, 2, 3, 4].map((i) => tasks.run('echo', [i]))
    expect(await tasks.shutdown()).toEqual({ onTime: true, finished: 4, cancelled: 0, killed: 0 })
    expect(await Promise.all(accepted)).toEqual([1, 2, 3, 4])
    expect(tasks.metrics().liveThreads).toBe(0)
  })

  test('refuses those who wait for a place', async () => {
    const tasks = await warmPool({ threads: 1, maxPending: 1 })
    const gate = shared()
    await tasks.submit('hold', [gate])
    const accepted = await tasks.submit('add', [1, 2])
    const refused = rejection(tasks.submit('add', [3, 4]))
    const report = tasks.shutdown()
    expect(await refused).toMatchObject({ code: 'closed' })
    open(gate)
    expect(await accepted.result).toBe(3)
    expect(await report).toMatchObject({ finished: 2, cancelled: 0 })
  })

  test('accepts nothing afterwards and starts no thread again', async () => {
    const tasks = pool({ threads: 1 })
    await tasks.run('add', [1, 2])
    const report = tasks.shutdown()
    expect(await rejection(tasks.run('add', [1, 2]))).toMatchObject({ name: 'PoolError', code: 'closed' })
    await report
    expect(await rejection(tasks.submit('add', [1, 2]))).toMatchObject({ code: 'closed' })
    expect(tasks.metrics().liveThreads).toBe(0)
  })

  test('at the deadline cancels what pends, tells what runs, and kills what does not stop', async () => {
    const tasks = await warmPool({ threads: 2, cancelGraceMs: 2_000 })
    const words = shared()
    const stubbornWords = shared()
    const polite = rejection(tasks.run('noteAbort', [words]))
    const stubborn = rejection(tasks.run('ignoreAbort', [stubbornWords]))
    await changed(words, 0)
    await changed(stubbornWords, 0)
    const pending = rejection(tasks.run('add', [1, 2]))
    const began = performance.now()
    expect(await tasks.shutdown({ timeoutMs: 20 })).toEqual({ onTime: false, finished: 0, cancelled: 2, killed: 1 })
    expect(performance.now() - began).toBeLessThan(10_000)
    for (const error of await Promise.all([polite, stubborn, pending])) expect(error).toMatchObject({ code: 'closed' })
    expect(Atomics.load(words, 1)).toBe(1)
  })

  test('called again joins the first', async () => {
    const tasks = pool({ threads: 1 })
    const done = tasks.run('nap', [10])
    const [first, second] = await Promise.all([tasks.shutdown(), tasks.shutdown()])
    expect(second).toBe(first)
    expect(first).toMatchObject({ onTime: true, finished: 1 })
    expect(await done).toBe(10)
  })

  test('called again may bring the deadline forward', async () => {
    const tasks = await warmPool({ threads: 1, cancelGraceMs: 0 })
    const gate = shared()
    const stubborn = rejection(tasks.run('hold', [gate]))
    await changed(gate, 1)
    const first = tasks.shutdown()
    await tasks.shutdown({ timeoutMs: 1 })
    expect(await first).toEqual({ onTime: false, finished: 0, cancelled: 0, killed: 1 })
    await stubborn
  })

  test('is on time when everything ended before the deadline, also if this thread was too busy to hear of it', async () => {
    const tasks = await warmPool({ threads: 1, cancelGraceMs: 0 })
    const words = shared()
    const letGoBy = stopTimers()
    const task = await tasks.submit('answerAndNote', [words])
    const report = tasks.shutdown({ timeoutMs: 300 })
    blockUntilChanged(words, 0) // the answer has come, and is not heard yet
    letGoBy(300)
    expect(await report).toEqual({ onTime: true, finished: 1, cancelled: 0, killed: 0 })
    expect(await task.result).toBe('answered')
  })

  test('is on time when nothing is left, whatever the deadline', async () => {
    expect(await pool().shutdown({ timeoutMs: 0 })).toEqual({ onTime: true, finished: 0, cancelled: 0, killed: 0 })
  })

  test('ends while the module loads, and when it never does', async () => {
    const never = pool({ threads: 1 }, 'data:text/javascript,await new Promise(() => { setInterval(() => {}, 1000) })')
    const waiting = rejection(never.run('add', [1, 2]))
    expect(await never.shutdown({ timeoutMs: 20 })).toMatchObject({ onTime: false, cancelled: 1 })
    expect(await waiting).toMatchObject({ code: 'closed' })
    const quick = pool({ threads: 1 })
    const sum = quick.run('add', [1, 2])
    await quick.shutdown()
    expect(await sum).toBe(3)
  })

  test('goes on through crashes', async () => {
    const tasks = pool({ threads: 1 })
    const crash = rejection(tasks.run('exit', [1]))
    const sum = tasks.run('add', [1, 2])
    expect(await tasks.shutdown()).toEqual({ onTime: true, finished: 2, cancelled: 0, killed: 0 })
    expect([await crash, await sum]).toMatchObject([{ code: 'crashed' }, 3])
  })

  test('stops a thread that something keeps alive', async () => {
    const tasks = pool({ threads: 1 })
    await tasks.run('startTicking', [])
    await tasks.shutdown()
    expect(tasks.metrics()).toMatchObject({ liveThreads: 0, crashes: 0 })
  })

  test('comes with the end of an await using block', async () => {
    const tasks = pool({ threads: 1 })
    const sum = tasks.run('add', [1, 2])
    await tasks[Symbol.asyncDispose]()
    expect([await sum, tasks.metrics().liveThreads]).toEqual([3, 0])
  })
})
