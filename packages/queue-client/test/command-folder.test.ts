import { openQueues } from '@millrace/queue'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { folder, parsed, type Queues, queuesAt } from './command-support.ts'

let path: string
let queues: Queues

beforeEach(async () => {
  path = await folder()
  queues = queuesAt(['--path', path])
  await queues.results('create', 'mail')
})

describe('millrace-queue, with a folder', () => {
  test('makes queues, and says when they are there already', async () => {
    expect(await queues.results('create', 'mail')).toEqual([{ queue: 'mail', created: false }])
    expect(await queues.results('create', 'jobs', '--max-deliveries', '2', '--dead-letter-queue', 'mail')).toEqual([
      { queue: 'jobs', created: true },
    ])
    expect(await queues.results('list')).toEqual([{ queue: 'mail' }, { queue: 'jobs' }])
    expect(await queues.run(['create', 'mail', '--capacity', '2'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/with other options; delete it first, or give the options that it has\n$/),
    })
  })

  test('sends and receives, with all that goes with a message', async () => {
    const sent = await queues.results(
      'send',
      'mail',
      'tea',
      '--header',
      'to=you=me',
      '--priority',
      '-1.5',
      '--delay-ms',
      '0',
    )
    expect(sent).toEqual([{ queue: 'mail', id: '1' }])
    expect(await queues.results('peek', 'mail')).toMatchObject([{ id: '1', body: 'tea', deliveries: 0 }])
    const [message] = await queues.results('receive', 'mail')
    expect(message).toMatchObject({ id: '1', body: 'tea', headers: { to: 'you=me' }, priority: -1.5, deliveries: 1 })
    const lease = String(message?.['lease'])
    expect(await queues.results('nack', lease)).toEqual([{ lease, outcome: 'held' }])
    expect(await queues.run(['ack', lease])).toMatchObject({
      code: 1,
      out: `{"lease":"${lease}","outcome":"requeued"}\n`,
    })
    const [again] = await queues.results('receive', 'mail')
    expect(await queues.results('ack', String(again?.['lease']))).toMatchObject([{ outcome: 'acked' }])
    expect(await queues.results('stats', 'mail')).toMatchObject([{ queue: 'mail', ready: 0, sent: 1, acked: 1 }])
  })

  test('ends with exit code 3 when nothing was received', async () => {
    expect(await queues.run(['receive', 'mail'])).toMatchObject({ code: 3, out: '', err: '' })
    expect(await queues.run(['receive', 'mail', '--wait-ms', '50'])).toMatchObject({ code: 3, out: '', err: '' })
    expect(await queues.run(['receive', 'mail', '--no-json'])).toMatchObject({
      code: 3,
      err: 'millrace-queue: no message came\n',
    })
  })

  test('carries any bytes, and tells those that are no text in base64', async () => {
    const bytes = Buffer.from([0, 255, 254, 10, 13, 27, 91])
    await queues.run(['send', 'mail', '--file', '-'], { input: bytes })
    expect(await queues.results('peek', 'mail')).toMatchObject([{ bodyBase64: bytes.toString('base64') }])
    const told = await queues.run(['receive', 'mail', '--ack'])
    await queues.run(['send', 'mail', '--json-lines'], { input: told.out })
    const raw = queues.start(['receive', 'mail', '--raw', '--ack'])
    const chunks: Buffer[] = []
    for await (const chunk of raw.stdout ?? []) chunks.push(chunk)
    expect(Buffer.concat(chunks)).toEqual(bytes)
  })

  test('shows bodies so that they cannot drive the terminal', async () => {
    await queues.run(['send', 'mail', 'a\x1b[31m\u202eb\nc\x07'])
    await queues.run(['send', 'mail', '--file', '-'], { input: Buffer.from([0, 27, 0x41]) })
    const { out } = await queues.run(['peek', 'mail', '--no-json'])
    expect(out).not.toMatch(/[^\n -~]/)
    expect(out).toContain('  a\\e[31m\\u202eb\n  c\\u0007\n')
    expect(out).toContain('  0000  00 1b 41  ..A\n')
    expect((await queues.run(['peek', 'mail'])).out).not.toMatch(/[^\n -~]/)
  })

  test('receives up to --max, acknowledges with --ack, leaves nothing with --lease-ms 0', async () => {
    await queues.run(['send', 'mail', '--quiet'], { input: 'a\nb\n\nd\ne' })
    expect((await queues.results('receive', 'mail', '--max', '3', '--ack')).map(({ body }) => body)).toEqual([
      'a',
      'b',
      '',
    ])
    const rest = await queues.results('receive', 'mail', '--max', '9', '--lease-ms', '0')
    expect(rest.map(({ body, lease }) => [body, lease])).toEqual([
      ['d', undefined],
      ['e', undefined],
    ])
    expect(await queues.results('stats', 'mail')).toMatchObject([{ ready: 0, inFlight: 0, acked: 5 }])
  })

  test('asks nobody where there is nobody: purge and delete want --yes', async () => {
    await queues.results('send', 'mail', 'a', 'b')
    expect(await queues.run(['purge', 'mail'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected --yes'),
    })
    expect(await queues.run(['delete', 'mail'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected --yes'),
    })
    expect(await queues.results('purge', 'mail', '--damaged', '--yes')).toEqual([{ queue: 'mail', purged: 0 }])
    expect(await queues.results('purge', 'mail', '--yes')).toEqual([{ queue: 'mail', purged: 2 }])
    await queues.results('send', 'mail', 'c')
    await queues.results('receive', 'mail')
    expect(await queues.run(['delete', 'mail', '-y'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('--force'),
    })
    expect(await queues.results('delete', 'mail', '-y', '--force')).toMatchObject([{ deleted: { inFlight: 1 } }])
    expect(await queues.results('list')).toEqual([])
  })

  test('pauses, resumes and redrives', async () => {
    await queues.results('create', 'jobs', '--max-deliveries', '1', '--dead-letter-queue', 'mail')
    await queues.results('send', 'jobs', 'a')
    await queues.results('pause', 'jobs')
    expect(await queues.run(['receive', 'jobs'])).toMatchObject({ code: 3 })
    expect(await queues.results('resume', 'jobs')).toEqual([{ queue: 'jobs', paused: false }])
    const [message] = await queues.results('receive', 'jobs')
    await queues.results('nack', String(message?.['lease']))
    expect(await queues.results('redrive', 'mail')).toEqual([{ queue: 'mail', redriven: 1 }])
    expect(await queues.results('peek', 'jobs')).toMatchObject([{ body: 'a' }])
  })

  test('says which queue was most likely meant', async () => {
    expect(await queues.run(['stats', 'mial'])).toMatchObject({
      code: 1,
      err: 'millrace-queue: there is no queue mial; did you mean mail?\n',
    })
  })

  test('says that another process has the folder open', async () => {
    const engine = await openQueues({ path })
    onTestFinished(() => engine.close())
    expect(await queues.run(['list'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/one process at a time can have it open; if a server serves it, use --url\n$/),
    })
  })

  test('says how far it came when the queue is full', async () => {
    await queues.results('create', 'small', '--capacity', '5')
    const { code, out, err } = await queues.run(['send', 'small', '--batch', '2'], { input: '1\n2\n3\n4\n5\n6\n7\n' })
    expect(code).toBe(1)
    expect(parsed(out)).toHaveLength(4)
    expect(err).toMatch(
      /^millrace-queue: 4 lines were sent; from line 5 on none was\nmillrace-queue: .*no room.*--capacity.*\n$/,
    )
  })

  test('names the line that is no message', async () => {
    const { code, err } = await queues.run(['send', 'mail', '--json-lines'], { input: '{"body":"a"}\n{"body":1}\n' })
    expect({ code, err: err.split('\n')[0] }).toEqual({
      code: 1,
      err: 'millrace-queue: line 2: expected body, which is a text, or bodyBase64',
    })
  })

  test('measures a queue of its own, and checks that every message arrived', async () => {
    const told = await queues.results('bench', 'trial', '--duration-ms', '300', '--producers', '2', '--depth', '4')
    expect(told.at(-1)).toMatchObject({
      result: 'every message arrived',
      missing: 0,
      durability: 'always',
      producers: 2,
    })
    expect(told.at(-1)?.['received']).toBe(told.at(-1)?.['sent'])
    expect(await queues.results('list')).toEqual([{ queue: 'mail' }])
    expect(await queues.run(['bench', 'mail'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is a queue "mail" already'),
    })
  })
})
