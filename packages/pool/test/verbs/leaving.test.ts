import { getEventListeners } from 'node:events'
import { taskPool } from '@millrace/pool'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Gate, rejection, turn } from '../task-pool/support.ts'
import { range, threads } from './items.ts'

/** Gives the numbers below `length`, and then nothing for ever. */
function stalled(length: number): AsyncIterable<number> & { isLeft: boolean } {
  let read = 0
  const iterator = {
    next: () =>
      read < length ? Promise.resolve({ done: false as const, value: read++ }) : new Promise<never>(() => {}),
    return: () => {
      source.isLeft = true
      return Promise.resolve({ done: true as const, value: undefined })
    },
  }
  const source = { isLeft: false, [Symbol.asyncIterator]: () => iterator }
  return source
}

describe('a source that gives nothing more for now', () => {
  test('does not keep the failure of an item', async () => {
    const source = stalled(1)
    const failing = taskPool({ concurrency: 2 }).map(source, () => Promise.reject(new Error('item')))
    expect(await rejection(failing)).toMatchObject({ message: 'item' })
    expect(source.isLeft).toBe(true)
  })

  test('is left at once, also by a batch, that has a part of its items', async () => {
    const source = stalled(3)
    const failing = taskPool({ concurrency: 2 }).batch(source, 2, () => Promise.reject(new Error('items')))
    expect(await rejection(failing)).toMatchObject({ message: 'items' })
    expect(source.isLeft).toBe(true)
  })

  test('may fail when it was left, and nobody hears of it', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown): number => unhandled.push(error)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const pool = taskPool({ concurrency: 2 })
    const late = Promise.withResolvers<never>()
    const source = () => {
      const steps = [Promise.resolve({ done: false as const, value: 0 }), late.promise]
      return { [Symbol.asyncIterator]: () => ({ next: () => steps.shift() ?? late.promise }) }
    }
    const failing = () => Promise.reject(new Error('item'))
    const all = [pool.map(source(), failing), pool.forEach(source(), failing), pool.batch(source(), 1, failing)]
    for (const promise of all) expect(await rejection(promise)).toMatchObject({ message: 'item' })
    late.reject(new Error('late'))
    await turn()
    await turn()
    expect(unhandled).toEqual([])
  })

  test('does not keep an abort, which leaves no listener', async () => {
    const pool = taskPool({ concurrency: 2 })
    const controller = new AbortController()
    const { signal } = controller
    const all = [
      pool.map(stalled(3), (n) => n, { signal }),
      pool.forEach(stalled(3), () => {}, { signal }),
      pool.batch(stalled(3), 2, (items) => items, { signal }),
      threads().map(stalled(3), 'double', { signal }),
    ]
    await pool.idle()
    controller.abort(new Error('enough'))
    for (const promise of all) expect(await rejection(promise)).toBe(signal.reason)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('does not keep whoever leaves', async () => {
    const source = stalled(1)
    for await (const n of taskPool({ concurrency: 2 }).stream(source, (n) => n)) {
      expect(n).toBe(0)
      break
    }
    expect(source.isLeft).toBe(true)
  })
})

describe('a place that does not come free', () => {
  test('does not keep whoever leaves, nor a failure', async () => {
    const pool = taskPool({ concurrency: 2, maxPending: 1 })
    const [gate, failure] = [new Gate(), new Gate()]
    const held = pool.run(() => gate.opened)
    const body = () => failure.opened.then(() => Promise.reject(new Error('item')))
    const mapping = pool.map(range(9), body, { key: 'k', concurrency: 3 })
    await turn()
    // One of the items runs, one pends, and one waits for a place.
    const other = [pool.run(() => gate.opened), pool.run(() => gate.opened)]
    expect(pool.metrics()).toMatchObject({ running: 2, pending: 1, waiting: 3 })
    const stream = pool.stream([1], (n) => n)
    const taken = stream.next()
    await stream.return?.()
    expect(await taken).toEqual({ done: true, value: undefined })
    failure.open()
    expect(await rejection(mapping)).toMatchObject({ message: 'item' })
    gate.open()
    await Promise.all([held, ...other])
    expect(pool.metrics()).toMatchObject({ waiting: 0, pending: 0, done: 3 })
  })

  test('does not keep an abort, and what was not accepted is cancelled once', async () => {
    const pool = taskPool({ concurrency: 1, maxPending: 1 })
    const gate = new Gate()
    const all = [pool.run(() => gate.opened), pool.run(() => gate.opened)]
    const controller = new AbortController()
    const options = { signal: controller.signal, key: 'k' }
    const stream = pool.stream([1], (n) => n, options)
    const taken = rejection(stream.next())
    const mapping = rejection(pool.map([1], (n) => n, { signal: controller.signal }))
    await turn()
    expect(pool.metrics()).toMatchObject({ pending: 1, waiting: 2, submitted: 2 })
    controller.abort('enough')
    expect([await taken, await mapping]).toEqual(['enough', 'enough'])
    await stream.return?.()
    expect(pool.metrics()).toMatchObject({ pending: 1, waiting: 0, submitted: 2, cancelled: 0 })
    gate.open()
    await Promise.all(all)
    expect(pool.metrics()).toMatchObject({ pending: 0, done: 2 })
  })

  test('does not keep a map whose items have all ended', async () => {
    const pool = taskPool({ concurrency: 2, maxPending: 1 })
    const [first, gate] = [new Gate(), new Gate()]
    const mapping = pool.map([1, 2], async (n) => {
      await first.opened
      return n
    })
    // They have the places of the map as soon as it gives them up.
    const others = [1, 2, 3].map(() => pool.run(() => gate.opened))
    first.open()
    expect(await mapping).toEqual([1, 2])
    expect(pool.running).toBe(2)
    gate.open()
    await Promise.all(others)
  })
})
