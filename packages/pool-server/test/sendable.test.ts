import { once } from 'node:events'
import { priorityPool } from '@millrace/pool'
import { describe, expect, test, vi } from 'vitest'
import { poolServer } from '../src/index.ts'
import { drainAndIgnore, serve, until } from './support.ts'

type Item = NonNullable<unknown> | null

const circle: { self?: unknown } = {}
circle.self = circle

describe('an item that cannot be sent', () => {
  test('leaves the pool, is told of, and keeps back no other', async () => {
    const told: unknown[] = []
    const pool = priorityPool<Item>({ capacity: 100 })
    const onUnsendable = (item: unknown, error: unknown) => void told.push(item, error)
    await using server = await poolServer(pool, { onUnsendable })
    const noJson = () => 1
    await pool.submitMany([1n, 'a', noJson, circle, 'b', { toJSON: () => undefined }, 'c'])
    const got: unknown[] = []
    while (pool.length > 0) {
      const items = (await (await fetch(`${server.url}/drain/9/0`)).json()) as { item: unknown }[]
      got.push(...items.map(({ item }) => item))
      await until(() => pool.stats().held === 0)
    }
    expect(got).toEqual(['a', 'b', 'c'])
    expect(told.filter((_, i) => i % 2 === 0)).toEqual([1n, noJson, circle, expect.anything()])
    for (const error of told.filter((_, i) => i % 2 === 1)) expect(error).toBeInstanceOf(TypeError)
    expect(pool.stats()).toMatchObject({ length: 0, held: 0, drained: 7 })
  })

  test('is also one whose priority is no JSON', async () => {
    const told: unknown[] = []
    const pool = priorityPool<Item>({ capacity: 100 })
    await using server = await poolServer(pool, { onUnsendable: (item) => void told.push(item) })
    await pool.submit('first', { priority: Number.POSITIVE_INFINITY })
    await pool.submit('second')
    expect(await (await fetch(`${server.url}/drain/1/0`)).json()).toEqual([{ item: 'second', priority: 0 }])
    expect(told).toEqual(['first'])
  })

  test('does not end a drain that waits: it waits on for another', async () => {
    const pool = priorityPool<Item>({ capacity: 100 })
    const told = Promise.withResolvers<unknown>()
    await using server = await poolServer(pool, { onUnsendable: told.resolve })
    const drained = fetch(`${server.url}/drain/1/10000`)
    await until(() => pool.stats().waitingDrains === 1)
    await pool.submit(1n)
    expect(await told.promise).toBe(1n)
    await until(() => pool.stats().waitingDrains === 1)
    await pool.submit('a')
    expect(await (await drained).json()).toEqual([{ item: 'a', priority: 0 }])
  })

  test('is a warning if nobody is to be told', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { pool, drain } = await serve()
    await pool.submitMany([1n, 'a'])
    expect(await drain(2)).toEqual(['a'])
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/cannot be sent as JSON.*BigInt/),
      'MillraceWarning',
    )
    warn.mockRestore()
  })
})

describe('the size of an answer', () => {
  test('is at most maxAnswerBytes, and the other items are still in their places', async () => {
    const { submit, drain, get, pool } = await serve(100, { maxAnswerBytes: 100 })
    await submit(Array.from({ length: 10 }, (_, n) => ({ item: `item ${n} €` })))
    const text = await (await get('/drain/10/0')).text()
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100)
    expect(JSON.parse(text)).toHaveLength(2)
    await until(() => pool.stats().held === 0)
    expect(pool.length).toBe(8)
    expect(await drain(1)).toEqual(['item 2 €'])
  })

  test('is more if the first item alone is', async () => {
    const { submit, drain } = await serve(100, { maxAnswerBytes: 10 })
    await submit([{ item: 'x'.repeat(100) }, { item: 'y' }])
    expect(await drain(2)).toEqual(['x'.repeat(100)])
  })
})

test('a client that does not receive its answer in maxAnswerMs is cut, and the items are back in place', async () => {
  const { server, pool } = await serve(100, { maxAnswerMs: 50 })
  await pool.submit('x'.repeat(15_000_000))
  const socket = await drainAndIgnore(server, 1, 0)
  await until(() => pool.length === 0)
  await until(() => pool.length === 1)
  await once(socket.resume(), 'close')
  expect(pool.stats()).toMatchObject({ held: 0, drained: 0, putBack: 1 })
})
