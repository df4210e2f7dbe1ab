import { describe, expect, test } from 'vitest'
import { bearer, refusal, watch } from './http-support.ts'

const owner = 'owner-owner-owner'
const worker = 'worker-worker-worker'
const sender = 'sender-sender-sender'
const tokens = [
  { token: owner },
  { token: worker, rights: ['receive'] as const },
  { token: sender, queues: ['mail', 'jobs.*'], rights: ['send'] as const },
]

describe('POST /api/…', () => {
  test('pauses and resumes', async () => {
    const { post, engine } = await watch()
    await engine.create('a/b ü')
    expect((await post('/api/pause', { queue: 'a/b ü' })).status).toBe(200)
    expect((await engine.stats('a/b ü')).isPaused).toBe(true)
    expect((await post('/api/resume', { queue: 'a/b ü' })).status).toBe(200)
    expect((await engine.stats('a/b ü')).isPaused).toBe(false)
  })

  test('redrives, and tells how many went back', async () => {
    const { post, engine } = await watch()
    await engine.create('dead')
    await engine.create('jobs', { maxDeliveries: 1, deadLetterQueue: 'dead' })
    await engine.send('jobs', 'a')
    const [message] = await engine.receive('jobs')
    await engine.nack(message?.lease ?? '')
    expect(await (await post('/api/redrive', { queue: 'dead' })).json()).toEqual({ count: 1 })
    expect((await engine.stats('jobs')).ready).toBe(1)
  })

  test('purges what is named twice, and tells how many', async () => {
    const { post, engine } = await watch()
    await engine.create('a')
    await engine.sendMany('a', [{ body: '1' }, { body: '2' }])
    const unconfirmed = [400, 'bad-request', 'confirm: expected the name of the queue, as in queue']
    expect(await refusal(post('/api/purge', { queue: 'a' }))).toEqual(unconfirmed)
    expect(await refusal(post('/api/purge', { queue: 'a', confirm: 'A' }))).toEqual(unconfirmed)
    expect((await engine.stats('a')).ready).toBe(2)
    expect(await (await post('/api/purge', { queue: 'a', confirm: 'a' })).json()).toEqual({ count: 2 })
    expect((await engine.stats('a')).ready).toBe(0)
  })

  test('refuses what is no action on a queue', async () => {
    const { post, get, engine } = await watch()
    expect(await refusal(post('/api/pause', { queue: 'a' }))).toEqual([404, 'not-found', 'there is no queue a'])
    for (const body of [{}, { queue: '' }, { queue: 7 }, 'null', '[]'])
      expect(await refusal(post('/api/pause', body))).toEqual([
        400,
        'bad-request',
        'queue: expected the name of a queue',
      ])
    expect(await refusal(post('/api/pause', '{'))).toEqual([400, 'bad-request', 'body: expected JSON'])
    expect((await post('/api/pause', { queue: 'a'.repeat(20_000) })).status).toBe(400)
    expect(await refusal(get('/api/pause'))).toEqual([404, 'not-found', 'there is no GET /api/pause'])
    await engine.close()
    expect(await refusal(post('/api/pause', { queue: 'a' }))).toEqual([
      503,
      'unavailable',
      'the engine has been closed',
    ])
  })

  test('refuses what is no URL as all else', async () => {
    const { get } = await watch()
    expect(await refusal(get('/%zz'))).toEqual([400, 'bad-request', "'/%zz' is not a valid url component"])
    expect((await get('/%zz')).headers.get('cache-control')).toBe('no-store')
  })

  test('refuses pages of other origins, and what they can send without asking', async () => {
    const { post, url, engine } = await watch()
    await engine.create('a')
    const foreign = [403, 'foreign', 'pages of other origins may not use this server']
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: url.replace(/:\d+$/, ':1') },
      { origin: url.replace('http:', 'https:') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: url, 'sec-fetch-site': 'none' },
    ])
      expect(await refusal(post('/api/pause', { queue: 'a' }, headers))).toEqual(foreign)
    expect((await post('/api/pause', { queue: 'a' }, { 'content-type': 'text/plain' })).status).toBe(400)
    expect((await engine.stats('a')).isPaused).toBe(false)
    for (const headers of [
      { origin: url },
      { origin: url, 'sec-fetch-site': 'same-origin' },
      // Behind one that ends TLS the origin is another one to the browser, which says that it is the same.
      { origin: url.replace('http:', 'https:'), 'sec-fetch-site': 'same-origin' },
    ])
      expect((await post('/api/pause', { queue: 'a' }, headers)).status).toBe(200)
  })

  test('needs a token that gives the right to manage the queue', async () => {
    const { post, engine } = await watch({ tokens })
    await engine.create('mail')
    const pause = (headers?: Record<string, string>) => post('/api/pause', { queue: 'mail' }, headers)
    expect(await refusal(pause())).toEqual([401, 'unauthorized', expect.stringContaining('Bearer')])
    expect((await pause()).headers.get('www-authenticate')).toBe('Bearer')
    expect(await refusal(pause(bearer('nobody-nobody-nobody')))).toEqual([
      401,
      'unauthorized',
      'this token is not known',
    ])
    for (const token of [worker, sender])
      expect(await refusal(pause(bearer(token)))).toEqual([
        403,
        'forbidden',
        'this token does not give the right to manage mail',
      ])
    expect((await engine.stats('mail')).isPaused).toBe(false)
    expect((await pause(bearer(owner))).status).toBe(200)
  })
})

describe('GET /api/queues', () => {
  test('tells each what they may see, and may do', async () => {
    const { get, engine } = await watch({ tokens })
    for (const name of ['mail', 'mailbox', 'jobs.a']) await engine.create(name)
    const seen = async (token: string) =>
      ((await (await get('/api/queues', token)).json()) as { queues: unknown[] }).queues
    const all = { mayPeek: true, mayManage: true, ready: 0, durability: 'memory' }
    expect(await seen(owner)).toMatchObject([{ ...all, name: 'mail' }, { name: 'mailbox' }, { name: 'jobs.a' }])
    expect(await seen(worker)).toMatchObject(Array(3).fill({ mayPeek: true, mayManage: false }))
    expect(await seen(sender)).toMatchObject([
      { name: 'mail', mayPeek: false, mayManage: false },
      { name: 'jobs.a', mayPeek: false },
    ])
    expect((await get('/api/queues')).status).toBe(401)
  })
})
