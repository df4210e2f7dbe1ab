import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { openQueues, type PeekOptions } from '@millrace/queue'
import { describe, expect, onTestFinished, test } from 'vitest'
import { turn, until } from '../../../tooling/testing/waiting.ts'
import { bearer, refusal, watch } from './http-support.ts'

async function seen(body: Uint8Array | string, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const { get, engine } = await watch()
  await engine.create('a')
  await engine.send('a', body, { headers })
  const [message] = (await (await get('/api/messages?queue=a')).json()) as Record<string, unknown>[]
  return message ?? expect.unreachable('no message')
}

describe('GET /api/messages', () => {
  test('shows the messages that would be received next, and takes none', async () => {
    const { get, engine } = await watch()
    await engine.create('a b&c')
    for (let n = 0; n < 20; n++) await engine.send('a b&c', `${n}`, { priority: n })
    const messages = async (more = '') =>
      (await (await get(`/api/messages?queue=${encodeURIComponent('a b&c')}${more}`)).json()) as { body: string }[]
    expect((await messages()).map(({ body }) => body)).toEqual(Array.from({ length: 10 }, (_, n) => `${n}`))
    expect(await messages('&max=1')).toEqual([
      {
        id: expect.any(String),
        priority: 0,
        deliveries: 0,
        ageMs: expect.any(Number),
        lengthBytes: 1,
        headers: {},
        form: 'text',
        body: '0',
        isCut: false,
      },
    ])
    expect(await engine.stats('a b&c')).toMatchObject({ ready: 20, delivered: 0 })
  })

  test('shows text as it is, and all else in hexadecimal', async () => {
    expect(await seen('<b>ü</b>\n')).toMatchObject({ form: 'text', body: '<b>ü</b>\n', lengthBytes: 10 })
    expect(await seen(new Uint8Array([0xff, 0]))).toMatchObject({ form: 'hex', body: 'ff00', lengthBytes: 2 })
    expect(await seen('a\u0000')).toMatchObject({ form: 'hex', body: '6100' })
    expect(await seen('')).toMatchObject({ form: 'text', body: '', isCut: false })
  })

  test('cuts what is long, and says so', async () => {
    const long = await seen(`${'ü'.repeat(1023)}a${'ü'.repeat(5000)}`)
    expect(long).toMatchObject({ form: 'text', isCut: true, lengthBytes: 12_047 })
    expect(long['body']).toBe(`${'ü'.repeat(1023)}a`) // Half of a letter is left out.
    expect(await seen(new Uint8Array(5000))).toMatchObject({ form: 'hex', body: '00'.repeat(2048), isCut: true })
    expect(await seen('', { long: 'x'.repeat(1000) })).toMatchObject({
      headers: { long: `${'x'.repeat(256)}…` },
      isCut: true,
    })
  })

  test('reads no more bodies than a page may need, and for one look at a time', async () => {
    const engine = await openQueues({ path: ':memory:' })
    let arrived = 0
    const count = (): void => void arrived++
    subscribe('http.server.request.start', count)
    onTestFinished(() => void unsubscribe('http.server.request.start', count))
    let looking = 0
    let most = 0
    const peeked: number[] = []
    const slow = new Proxy(engine, {
      get: (of, name) =>
        name !== 'peek'
          ? Reflect.get(of, name, of)
          : async (queue: string, options: PeekOptions) => {
              most = Math.max(most, ++looking)
              await until(() => arrived >= 8) // By then each of them would be looking, if it might.
              await turn()
              looking--
              const messages = await of.peek(queue, options)
              peeked.push(messages.reduce((sum, { body }) => sum + body.length, 0))
              return messages
            },
    })
    const { get } = await watch({ engine: slow })
    await engine.create('a')
    for (let i = 0; i < 50; i++) await engine.send('a', new Uint8Array(2 ** 20))
    const looks = Array.from({ length: 8 }, (_, i) => get(`/api/messages?queue=${i === 3 ? 'b' : 'a'}&max=50`))
    expect((await Promise.all(looks)).map(({ status }) => status)).toEqual([200, 200, 200, 404, 200, 200, 200, 200])
    expect([most, new Set(peeked)]).toEqual([1, new Set([2 ** 22])])
    await engine.purge('a')
    await engine.sendMany('a', [{ body: new Uint8Array(2 ** 23) }, { body: 'next' }])
    expect(await (await get('/api/messages?queue=a')).json()).toMatchObject([{ lengthBytes: 2 ** 23, isCut: true }])
    await engine.close()
  })

  test('refuses what is no look at a queue', async () => {
    const { get } = await watch()
    expect(await refusal(get('/api/messages?queue=a'))).toEqual([404, 'not-found', 'there is no queue a'])
    expect((await refusal(get('/api/messages')))[0]).toBe(400)
    for (const max of ['0', '51', '-1', 'a', '1&max=2'])
      expect(await refusal(get(`/api/messages?queue=a&max=${max}`))).toEqual([
        400,
        'bad-request',
        'max: expected a whole number from 1 to 50',
      ])
  })

  test('needs a token that gives the right to receive', async () => {
    const token = 'sender-sender-sender'
    const { url } = await watch({ tokens: [{ token, rights: ['send', 'manage'] }] })
    const answer = fetch(`${url}/api/messages?queue=a`, { headers: bearer(token) })
    expect(await refusal(answer)).toEqual([403, 'forbidden', 'this token does not give the right to receive a'])
  })
})
