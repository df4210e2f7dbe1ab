import type { QueueEngine, QueueError } from '@millrace/queue'
import { describe, expect, test } from 'vitest'
import type { QueueClient } from '../src/index.ts'
import { cabled, unanswered } from './cabled.ts'
import { connected, rejection, serve, until } from './support.ts'

/** Sends what is changed right after the call, in each way there is. */
function sendAndChange(client: QueueClient): Promise<unknown> {
  const body = Buffer.from('1')
  const headers: Record<string, string> = { of: '1' }
  const sent = [client.send('a', body, { headers, dedupKey: '1' })]
  body.fill('2')
  headers['of'] = '2'
  const tried = client.trySend('a', body, { headers, dedupKey: '2' })
  body.fill('3')
  headers['of'] = '3'
  const message = { body, headers, dedupKey: '3' }
  const messages = [message]
  const many = client.sendMany('a', messages)
  body.fill('?')
  headers['of'] = '?'
  message.dedupKey = '?'
  messages.push({ body, headers, dedupKey: '4' })
  return Promise.all([...sent, tried, many])
}

async function lying(engine: QueueEngine): Promise<unknown[]> {
  return (await engine.peek('a', { max: 9 })).map((message) => [message.text(), message.headers])
}

const AS_SENT = ['1', '2', '3'].map((text) => [text, { of: text }])

describe('what is sent is as it was at the call', () => {
  test('with a connection', async () => {
    const { client, engine } = await cabled()
    await sendAndChange(client)
    expect(await lying(engine)).toEqual(AS_SENT)
  })

  test('when there is no connection', async () => {
    const { at, engine, server } = await serve()
    const client = await connected(at)
    await engine.create('a')
    await server.close()
    await until(() => client.state === 'reconnecting')
    const sending = sendAndChange(client)
    const options = { capacity: 1 }
    const creating = client.create('b', options)
    options.capacity = 2
    await serve({}, engine, at.port)
    await sending
    await creating
    expect([await lying(engine), (await engine.stats('b')).capacity]).toEqual([AS_SENT, 1])
  })

  test('when the server takes no more requests now', async () => {
    const { at, engine } = await serve({ limits: { maxRequests: 4 } })
    const client = await connected(at)
    await engine.create('a')
    const body = new Uint8Array(1)
    const sending: Promise<unknown>[] = []
    for (let i = 0; i < 100; i++) {
      body.fill(i)
      sending.push(client.send('a', body))
    }
    await Promise.all(sending)
    const received = await engine.receive('a', { max: 100 })
    expect(received.map((message) => message.body[0])).toEqual(sending.map((_, i) => i))
  })

  test('when it is sent again', async () => {
    const { cable, client, engine } = await cabled()
    await client.purge('a')
    const sending = sendAndChange(client)
    await unanswered(cable, async () => (await engine.stats('a')).ready === 3)
    await sending
    expect([await lying(engine), (await engine.stats('a')).sent]).toEqual([AS_SENT, 3])
  })

  test('in the error that gives it back', async () => {
    const { client } = await cabled()
    const body = Buffer.from('1')
    const sending = client.send('nowhere', body)
    body.fill('2')
    expect(await rejection(sending)).toMatchObject({ code: 'missing', bodies: [Buffer.from('1')] })
  })

  test('in the error, and with memory of its own, where it had that', async () => {
    const { client } = await cabled()
    const body = new Uint8Array([1, 2])
    const sending = [client.send('nowhere', body), client.sendMany('nowhere', [{ body }])]
    body.fill(3)
    for (const sent of sending) {
      const { bodies } = (await rejection(sent)) as QueueError
      expect(bodies).toStrictEqual([new Uint8Array([1, 2])])
      expect((bodies[0] as Uint8Array).buffer.byteLength).toBe(2)
    }
  })
})
