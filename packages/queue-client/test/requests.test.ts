import { QueueError } from '@millrace/queue'
import { messageOf } from '@millrace/queue/engine'
import type { ServerEncoder } from '@millrace/queue/protocol'
import { describe, expect, test } from 'vitest'
import { connectQueues } from '../src/index.ts'
import { Cable } from './cable.ts'
import { GREETING, saying } from './saying.ts'
import { connected, rejection, serve, texts, until } from './support.ts'

describe('requests', () => {
  test('that are made at once go out in one piece', async () => {
    const { at } = await serve()
    const cable = await Cable.to(at.port)
    const client = await connected(cable)
    await client.create('a')
    const [pair] = cable.pairs
    const before = pair?.pieces.length ?? 0
    const sending = Array.from({ length: 100 }, (_, i) => client.send('a', String(i)))
    const receiving = client.receive('a', { max: 100 })
    await Promise.all(sending)
    expect((pair?.pieces.length ?? 0) - before).toBe(1)
    // Also those that are made when the answers of one piece come.
    const got = await receiving
    const acks = got.map(async ({ lease }) => client.ack(lease))
    await Promise.all(acks)
    expect((pair?.pieces.length ?? 0) - before).toBe(2)
  })

  test('are answered by as many messages as there are, in frames of any size', async () => {
    const count = 200_000
    const url = await saying((socket, encoder) => {
      encoder.welcome({ ...GREETING, version: 1 })
      socket.write(encoder.take())
      socket.once('data', () => {
        socket.on('data', () => {
          for (const isMore of [1, 0]) socket.write(messagesFrame(encoder, count, isMore))
        })
      })
    })
    const client = await connected(url)
    expect(await client.receive('a', { max: 2 * count })).toHaveLength(2 * count)
  })

  test('beyond what the server takes wait here, and are all answered', async () => {
    const { at, server } = await serve({ limits: { maxRequests: 16, maxRequestBytes: 4096 } })
    const client = await connected(at)
    await client.create('a')
    const all = Array.from({ length: 1000 }, (_, i) => String(i))
    await Promise.all(all.map((body) => client.send('a', body.padEnd(100))))
    const got = (await client.receive('a', { max: 1000, leaseMs: 0 })).map((message) => message.text().trim())
    expect(got).toEqual(all)
    expect(server.stats().failures.busy).toBe(0)
  })

  test('that wait do not keep back what they wait for', async () => {
    const { at } = await serve({ limits: { maxRequests: 8 } })
    const client = await connected(at)
    await client.create('a')
    await client.create('full', { capacity: 1, overflow: 'wait' })
    await client.send('full', '0')
    const sending = Array.from({ length: 100 }, (_, i) => client.send('full', String(i + 1)))
    const receiving = Array.from({ length: 100 }, () => client.receive('a', { leaseMs: 0 }))
    for (let i = 0; i < 100; i++) {
      const [message] = await client.receive('full', { timeoutMs: 0 })
      await client.ack(message?.lease ?? '')
      await sending[i]
      await client.trySend('a', String(i))
    }
    expect((await Promise.all(receiving)).flatMap(texts).sort()).toEqual(
      Array.from({ length: 100 }, (_, i) => String(i)).sort(),
    )
  })

  test('that wait for messages do not keep back the sends they wait for', async () => {
    const { at } = await serve({ limits: { maxRequests: 8 } })
    const client = await connected(at)
    await client.create('a')
    const receiving = Array.from({ length: 100 }, () => client.receive('a', { leaseMs: 0 }))
    await Promise.all(Array.from({ length: 100 }, (_, i) => client.send('a', String(i))))
    expect((await Promise.all(receiving)).flat()).toHaveLength(100)
  })

  test('that wait for room do not keep back, by their bytes, the acknowledgements they wait for', async () => {
    const { at } = await serve({ limits: { maxFrameBytes: 2 ** 14, maxRequestBytes: 2 ** 16 } })
    const client = await connected(at)
    await client.create('full', { capacity: 1, overflow: 'wait' })
    await client.send('full', 'x')
    const sending = Array.from({ length: 20 }, () => client.send('full', 'x'.repeat(8_000)))
    for (const each of sending) {
      const [message] = await client.receive('full', { timeoutMs: 0 })
      await client.ack(message?.lease ?? '')
      await each
    }
  })

  test('are refused beyond maxPending of their kind, with the bodies', async () => {
    const { at } = await serve()
    const client = await connected(at, { maxPending: 2 })
    await client.create('a')
    const receiving = [client.receive('a', { leaseMs: 0 }), client.receive('a', { leaseMs: 0 })]
    expect(await rejection(client.receive('a'))).toMatchObject({ code: 'busy' })
    const sending = [client.send('a', '1'), client.send('a', '2')]
    const refused = await rejection(client.send('a', 'x', { dedupKey: 'k' }))
    expect(refused).toMatchObject({ code: 'busy', bodies: ['x'], dedupKeys: ['k'] })
    expect(client.pending).toBe(4)
    await Promise.all([...receiving, ...sending])
    await client.send('a', 'x')
  })

  test('are refused from maxPendingBytes of bodies on; what has no body is not', async () => {
    const { at } = await serve()
    const client = await connected(at, { maxPendingBytes: 10 })
    await client.create('a')
    const sending = client.send('a', 'a body of 19 bytes.')
    expect(await rejection(client.send('a', 'x'))).toMatchObject({ code: 'busy', bodies: ['x'] })
    const acking = client.ackMany(['1.2.3.4', '1.2.3.5'])
    expect(await rejection(client.ackMany(['1.2.3.4']))).toMatchObject({ code: 'busy' })
    await Promise.all([client.list(), sending, acking])
    await client.send('a', 'x')
  })

  test('that are misused are refused before anything is sent', async () => {
    const { at } = await serve()
    const client = await connected(at)
    const before = at.port
    expect(await rejection(client.send('a', 7 as never))).toBeInstanceOf(TypeError)
    expect(await rejection(client.send(7 as never, 'x'))).toBeInstanceOf(TypeError)
    expect(await rejection(client.send('a', 'x', { headers: { a: '\ud800' } }))).toBeInstanceOf(TypeError)
    expect(await rejection(client.receive('a', { max: 0 }))).toBeInstanceOf(RangeError)
    expect(await rejection(client.ack(''))).toBeInstanceOf(TypeError)
    expect([before, client.pending]).toEqual([at.port, 0])
  })

  test('carry a body of 16 MiB, if nothing else is said, and a larger one is refused', async () => {
    const { at } = await serve()
    const client = await connected(at)
    await client.create('a')
    const body = new Uint8Array(2 ** 24).fill(7)
    await client.send('a', body, { headers: { name: 'x'.repeat(20_000) } })
    const [message] = await client.receive('a')
    expect(Buffer.compare(message?.body ?? new Uint8Array(), body)).toBe(0)
    expect(await rejection(client.send('a', new Uint8Array(2 ** 24 + 2 ** 16)))).toMatchObject({ code: 'too-large' })
  })

  test('that are too large are refused here, with the body', async () => {
    const { at, server } = await serve({ limits: { maxFrameBytes: 2 ** 16 } })
    const client = await connected(at)
    await client.create('a')
    const body = new Uint8Array(2 ** 16)
    expect(await rejection(client.send('a', body))).toMatchObject({ code: 'too-large', bodies: [body] })
    await client.send('a', new Uint8Array(2 ** 15))
    expect([server.stats().cut['too-large'], client.connections]).toEqual([0, 1])
  })

  test('a message larger than this client takes stays in the queue', async () => {
    const { at, engine } = await serve()
    await engine.create('a')
    await engine.send('a', new Uint8Array(2 ** 22))
    const client = await connected(at, { maxFrameBytes: 2 ** 21 })
    expect(await rejection(client.receive('a'))).toMatchObject({ code: 'too-large' })
    await until(async () => (await engine.stats('a')).ready === 1)
  })
})

test('an error of the server is one here, and an answer that fits nothing ends the connection', async () => {
  const url = await saying((socket, encoder) => {
    encoder.welcome({ ...GREETING, version: 1 })
    socket.write(encoder.take())
    socket.once('data', () =>
      socket.once('data', () => {
        encoder.full(1)
        socket.write(encoder.take())
      }),
    )
  })
  const client = await connected(url)
  const asking = client.delete('a')
  expect(await rejection(asking)).toMatchObject({ code: 'unknown', cause: { code: 'protocol' } })
  expect(client.lastError).toBeInstanceOf(QueueError)
})

describe('the stack of an error', () => {
  test('leads to who asked, whatever was asked for, and whether the client makes it or the server', async () => {
    const { at } = await serve()
    const client = await connected(at)
    const asking: Record<string, () => Promise<unknown>> = {
      send: () => client.send('typo', 'x'),
      sendMany: () => client.sendMany('typo', [{ body: 'x' }]),
      trySend: () => client.trySend('typo', 'x'),
      receive: () => client.receive('typo'),
      stats: () => client.stats('typo'),
      ack: () => client.ack('no lease'),
      connect: () => connectQueues('millrace://127.0.0.1:1'),
    }
    for (const [name, ask] of Object.entries(asking)) {
      const placeOrder = async (): Promise<void> => {
        await ask()
      }
      expect([name, (await rejection(placeOrder())).stack]).toEqual([
        name,
        expect.stringMatching(/at (async )?placeOrder /),
      ])
    }
    const inParallel = async (): Promise<void> => {
      await Promise.all([client.list(), client.send('typo', 'x')])
    }
    expect((await rejection(inParallel())).stack).toMatch(/at (async )?inParallel /)
  })

  test('is left alone if the error is a reason of the caller', async () => {
    const { at, engine } = await serve()
    await engine.create('a')
    const client = await connected(at)
    const controller = new AbortController()
    const waiting = client.receive('a', { signal: controller.signal })
    const reason = new QueueError('closed', 'enough')
    const { stack } = reason
    controller.abort(reason)
    expect(await rejection(waiting)).toBe(reason)
    expect(reason.stack).toBe(stack)
  })
})

/** One frame of many messages, for request 1. */
function messagesFrame(encoder: ServerEncoder, count: number, isMore: number): Buffer {
  const headBytes = 14
  encoder.messages(1, [
    messageOf({
      id: '1',
      lease: 'x',
      body: new Uint8Array(0),
      headers: {},
      priority: 0,
      deliveries: 1,
      enqueuedAtMs: 0,
    }),
  ])
  const one = encoder.take()
  const message = one.subarray(headBytes)
  const frame = Buffer.concat([one.subarray(0, headBytes), ...new Array<Buffer>(count).fill(message)])
  frame.writeUInt32BE(frame.length - 4, 0)
  frame.writeUInt8(isMore, 9)
  frame.writeUInt32BE(count, 10)
  return frame
}
