import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { drainAndIgnore, rawClient, serve, until } from './support.ts'

/** More than the system takes for a client that reads nothing. */
const LARGE = 'x'.repeat(16_000_000)

describe('a client that disconnects in mid-drain', () => {
  test('takes nothing while it waits, and the next one is served', async () => {
    const { server, pool, submit, drain } = await serve()
    await submit({ item: 1 })
    const socket = await drainAndIgnore(server, 2, 60_000)
    await until(() => pool.stats().waitingDrains === 1)
    const next = drain(2, 10_000)
    await until(() => pool.stats().waitingDrains === 2)
    socket.destroy()
    await until(() => pool.stats().waitingDrains === 1)
    await submit({ item: 2 })
    expect(await next).toEqual([1, 2])
  })

  test('takes nothing if it is killed', async () => {
    const { server, pool, submit, drain } = await serve()
    const client = execFile(process.execPath, ['-e', `fetch('${server.url}/drain/1/60000')`])
    await until(() => pool.stats().waitingDrains === 1)
    client.kill('SIGKILL')
    await once(client, 'exit')
    await submit({ item: 1 })
    expect(await drain(1)).toEqual([1])
  })

  test('takes nothing if it is gone when its items come, and the server does not know yet', async () => {
    const { server, pool, drain } = await serve()
    const socket = await drainAndIgnore(server, 1, 60_000)
    await until(() => pool.stats().waitingDrains === 1)
    // In one turn: the packet that says so lies unread.
    socket.resetAndDestroy()
    await pool.submit('tea')
    await until(() => pool.length === 1)
    expect(await drain(1)).toEqual(['tea'])
  })

  test('takes nothing if it closed its side when its items come, and the server does not know yet', async () => {
    const { server, pool, drain } = await serve()
    const socket = await drainAndIgnore(server, 1, 60_000)
    await until(() => pool.stats().waitingDrains === 1)
    socket.end()
    await pool.submit('tea')
    await until(() => pool.length === 1)
    expect(await drain(1)).toEqual(['tea'])
  })

  test('takes nothing if it is gone before its request is read', async () => {
    const { server, pool, drain } = await serve()
    await pool.submit('tea')
    const socket = await rawClient(server)
    socket.write('GET /drain/1/0 HTTP/1.1\r\nhost: localhost\r\n\r\n')
    socket.destroy()
    await until(() => pool.stats().putBack === 1)
    expect(await drain(1)).toEqual(['tea'])
  })

  test('takes nothing of an answer that it read in part', async () => {
    const { server, pool, get } = await serve()
    await pool.submit(LARGE, { priority: 1 })
    await pool.submit('tea')
    const socket = await drainAndIgnore(server, 2, 0)
    socket.resume()
    await once(socket, 'data')
    socket.pause()
    await until(() => pool.length === 0)
    socket.destroy()
    await until(() => pool.length === 2)
    const items = (await (await get('/drain/2/0')).json()) as { item: string }[]
    expect(items.map(({ item }) => item.length)).toEqual([LARGE.length, 3])
  })

  test('has its items put back in their place', async () => {
    const { server, pool, drain } = await serve()
    for (const item of ['a', 'b', 'c']) await pool.submit(item, { priority: 1 })
    await pool.submit(LARGE, { priority: 1 })
    const socket = await drainAndIgnore(server, 4, 0)
    await until(() => pool.length === 0)
    await pool.submit('later', { priority: 1 })
    await pool.submit('first', { priority: 2 })
    socket.destroy()
    await until(() => pool.length === 6)
    expect(await drain(4)).toEqual(['first', 'a', 'b', 'c'])
    expect((await drain(2)).map((item) => String(item).length)).toEqual([LARGE.length, 5])
  })

  test('leaves them their room until it is known what became of them', async () => {
    const { server, pool, submit } = await serve(1)
    await pool.submit(LARGE)
    const socket = await drainAndIgnore(server, 1, 0)
    await until(() => pool.length === 0)
    expect((await submit({ item: 'no room' })).status).toBe(503)
    socket.destroy()
    await until(() => pool.length === 1)
    expect((await submit({ item: 'no room' })).status).toBe(503)
  })

  test('has them delivered to a drain that waits', async () => {
    const { server, pool, drain } = await serve()
    await pool.submit('tea')
    await pool.submit(LARGE)
    const socket = await drainAndIgnore(server, 2, 0)
    await until(() => pool.length === 0)
    const next = drain(1, 60_000)
    await until(() => pool.stats().waitingDrains === 1)
    socket.destroy()
    expect(await next).toEqual(['tea'])
  })

  test('has them delivered although the pool was closed meanwhile', async () => {
    const { server, pool, drain, get } = await serve()
    await pool.submit('tea')
    await pool.submit(LARGE)
    const socket = await drainAndIgnore(server, 2, 0)
    await until(() => pool.length === 0)
    pool.close()
    socket.destroy()
    await until(() => pool.length === 2)
    expect(await drain(1)).toEqual(['tea'])
    await drain(1)
    expect((await get('/drain/1/0')).status).toBe(410)
  })

  test('does not disturb those who stay, whatever the others do', async () => {
    const { server, pool, drain } = await serve(1000)
    const seen: unknown[] = []
    for (let round = 0; round < 60; round++) {
      for (let i = 0; i < 5; i++) pool.trySubmit(round * 5 + i)
      const socket = await drainAndIgnore(server, 5, round % 3)
      if (round % 2 === 0) socket.resetAndDestroy()
      else socket.destroy()
      if (round % 4 === 0) seen.push(...(await drain(3)))
    }
    await until(() => pool.stats().held === 0)
    while (pool.length > 0) seen.push(...(await drain(100)))
    expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 300 }, (_, i) => i))
  })
})
