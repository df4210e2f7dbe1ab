import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { openQueues, QueueError } from '@millrace/queue'
import { clientDecoder, DEFAULT_MAX_FRAME_BYTES } from '@millrace/queue/protocol'
import { describe, expect, test } from 'vitest'
import type { QueueClient } from '../src/index.ts'
import { Cable } from './cable.ts'
import { back, cabled } from './cabled.ts'
import { GREETING, saying } from './saying.ts'
import { connected, rejection, serve, turn, until } from './support.ts'

describe('a consumer', () => {
  test('goes on by itself, however often the connection is cut', async () => {
    const { cable, client, engine } = await cabled({ retryDelayMs: 1 })
    const got = new Set<string>()
    const consumer = client.consume('a', (message) => void got.add(message.text()), { concurrency: 8, leaseMs: 200 })
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 10; i++) await engine.send('a', `${round}:${i}`)
      await back(client, round + 1)
      for (let turns = 0; turns < round % 5; turns++) await turn()
      cable.cut()
    }
    await until(async () => (await engine.stats('a')).acked === 200)
    await consumer.stop()
    expect([got.size, client.connections >= 20]).toEqual([200, true])
  })
})

describe('a server that reproaches the client', () => {
  test('is not asked the same for ever, nor in haste', async () => {
    let accepted = 0
    const url = await saying((socket, encoder) => {
      accepted++
      encoder.welcome({ ...GREETING, version: 1 })
      socket.write(encoder.take())
      const decoder = clientDecoder(DEFAULT_MAX_FRAME_BYTES)
      socket.on('data', (chunk: Buffer) =>
        decoder.push(chunk, ({ kind }) => {
          if (kind === 'hello') return
          encoder.goodbye(new QueueError('protocol', 'what is this?'))
          socket.end(encoder.take())
        }),
      )
    })
    const client = await connected(url, { retryDelayMs: 20 })
    const began = performance.now()
    expect(await rejection(client.list())).toMatchObject({
      code: 'unknown',
      cause: { code: 'protocol', message: expect.stringContaining('what is this?') },
    })
    expect([accepted, performance.now() - began > 25]).toEqual([3, true])
  })
})

describe('a server that closes', () => {
  test('has what it took answered, and the rest is sent to the next', async () => {
    const { at, engine, server } = await serve()
    const client = await connected(at)
    await client.create('a')
    const receiving = client.receive('a')
    await until(async () => (await engine.stats('a')).waitingReceives === 1)
    const sending: Promise<string>[] = []
    const closing = server.close()
    for (let i = 0; i < 100; i++) {
      sending.push(client.send('a', String(i), { dedupKey: String(i) }))
      await turn()
    }
    await closing
    await serve({}, engine, at.port)
    const ids = await Promise.all(sending)
    expect((await receiving).length).toBe(1)
    expect([new Set(ids).size, (await engine.stats('a')).sent]).toEqual([100, 100])
  })
})

test('a connection that will answer nothing any more is left, though the server does not end it', async () => {
  let accepted = 0
  const url = await saying((socket, encoder) => {
    const isFirst = ++accepted === 1
    encoder.welcome({ ...GREETING, version: 1, quietMs: 60_000 })
    socket.write(encoder.take())
    socket.once('data', () =>
      socket.once('data', () => {
        const closing = new QueueError('unreachable', 'the server is closing')
        if (isFirst) encoder.goodbye(closing)
        if (isFirst) encoder.failure(1, closing)
        else encoder.value(1, ['a'])
        socket.write(encoder.take())
      }),
    )
  })
  const client = await connected(url, { quietMs: 20 })
  expect(await client.list()).toEqual(['a'])
  expect(accepted).toBe(2)
})

describe('a connection of which nothing is heard', () => {
  for (const stalls of ['both', 'down', 'up'] as const) {
    test(`is given up when the network drops what goes ${stalls}`, async () => {
      const { cable, client } = await cabled({ quietMs: 20 })
      cable.stalls = stalls
      const asking = client.list()
      await until(() => client.state === 'reconnecting')
      cable.stalls = 'none'
      expect(await asking).toEqual(['a'])
    })
  }

  test('is not, as long as it takes what is written, however slowly', async () => {
    const { cable, client, engine } = await cabled({ quietMs: 250 })
    const [pair] = cable.pairs
    const body = new Uint8Array(16_000_000)
    const sending = Promise.all([1, 2, 3].map(() => client.send('a', body)))
    // Half a megabyte each hundredth of a second: longer than silence may last.
    let left = 0
    pair?.client.on('data', (chunk: Buffer) => {
      left -= chunk.length
      if (left < 0) pair.client.pause()
    })
    const more = setInterval(() => {
      left = 500_000
      pair?.client.resume()
    }, 10)
    await sending
    clearInterval(more)
    expect([(await engine.stats('a')).bytes, client.connections]).toEqual([3 * body.length, 1])
  })

  test('is not, as long as it takes what is written, however busy this program is', async () => {
    // Long enough for all of it to pass, and the answer to a ping behind it, once the program is no longer busy.
    const { client, engine } = await cabled({ quietMs: 400 })
    const body = new Uint8Array(16_000_000)
    const sending = client.send('a', body)
    await turn()
    for (let i = 0; i < 3; i++) {
      const end = performance.now() + 1_000
      while (performance.now() < end);
      await turn()
    }
    await sending
    expect([(await engine.stats('a')).bytes, client.connections]).toEqual([body.length, 1])
  })

  test('is given up when it takes nothing', async () => {
    const { cable, client } = await cabled({ quietMs: 20 })
    for (const { client: socket } of cable.pairs) socket.pause()
    expect(await rejection(client.send('a', new Uint8Array(16_000_000)))).toMatchObject({
      code: 'unknown',
      cause: { code: 'unreachable', message: expect.stringContaining('does not read') },
    })
  })

  test('is given up when it takes nothing, though nothing was to be written when that was looked at before', async () => {
    let rests = 0
    const watch = (made: unknown) => (made as { socket: Socket }).socket.on('timeout', () => rests++)
    subscribe('net.client.socket', watch)
    const { cable, client } = await cabled({ quietMs: 20 })
    unsubscribe('net.client.socket', watch)
    await client.list()
    // While this program is busy no ping ends the rest.
    while (rests === 0) {
      const end = performance.now() + 100
      while (performance.now() < end);
      await turn()
    }
    for (const { client: socket } of cable.pairs) socket.pause()
    expect(await rejection(client.send('a', new Uint8Array(16_000_000)))).toMatchObject({
      code: 'unknown',
      cause: { code: 'unreachable', message: expect.stringContaining('does not read') },
    })
  })

  test('is not, as long as pings are answered, however busy this program is', async () => {
    const { client } = await cabled({ quietMs: 20 })
    for (let i = 0; i < 5; i++) {
      const end = performance.now() + 70
      while (performance.now() < end);
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await client.list()
    expect(client.connections).toBe(1)
  })
})

describe('a connection that is cut after any number of bytes', () => {
  /** What can be asked twice, and a send with a key. */
  async function dialogue(client: QueueClient): Promise<void> {
    await Promise.all([client.send('a', 'tea', { dedupKey: 'k' }), client.stats('a')])
    let outcome = 'requeued'
    while (outcome === 'requeued') {
      const [message] = await client.receive('a', { leaseMs: 40 })
      expect(message?.text()).toBe('tea')
      outcome = await client.ack(message?.lease ?? '')
    }
  }

  async function bytesOf(): Promise<{ up: number; down: number }> {
    const { cable, client } = await cabled()
    const [pair] = cable.pairs
    await dialogue(client)
    return { up: pair?.up ?? 0, down: pair?.down ?? 0 }
  }

  test.each(['up', 'down'] as const)('%s: everything is done once, or said to be unknown', async (direction) => {
    const whole = await bytesOf()
    expect(whole[direction]).toBeGreaterThan(100)
    for (let bytes = 0; bytes <= whole[direction]; bytes++) {
      const engine = await openQueues({ path: ':memory:' })
      await engine.create('a')
      const { at } = await serve({}, engine)
      const cable = await Cable.to(at.port)
      cable.onConnection = () => {
        if (cable.accepted > 1) cable.cutAfter = undefined
      }
      cable.cutAfter = { direction, bytes }
      const connecting = connected(cable, { retryDelayMs: 1 }).catch(() => connected(cable, { retryDelayMs: 1 }))
      const client = await connecting
      await dialogue(client)
      expect(await engine.stats('a'), `after ${bytes} bytes`).toMatchObject({
        sent: 1,
        acked: 1,
        ready: 0,
        inFlight: 0,
      })
      await client.close()
    }
  })
})
