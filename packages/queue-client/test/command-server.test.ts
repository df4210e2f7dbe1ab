import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { certificate } from './certificate.ts'
import { endOf, folder, parsed, queuesAt } from './command-support.ts'
import { serve, until } from './support.ts'

const TOKEN = 'a-token-of-the-tests'

async function served(options?: Parameters<typeof serve>[0], env: Readonly<Record<string, string>> = {}) {
  const { engine, server, at } = await serve(options)
  await engine.create('mail')
  return { engine, server, at, queues: queuesAt([], { MILLRACE_QUEUE_URL: at.url, ...env }) }
}

describe('millrace-queue, with a server', () => {
  test('works with the queues of the server, by --url and by the environment', async () => {
    const { at, queues } = await served()
    expect(await queuesAt(['--url', at.url]).results('create', 'jobs')).toEqual([{ queue: 'jobs', created: true }])
    await queues.results('send', 'jobs', 'tea')
    const [message] = await queues.results('receive', 'jobs')
    const lease = String(message?.['lease'])
    expect(await queues.results('extend', lease, '--lease-ms', '60000')).toEqual([{ lease, outcome: 'held' }])
    expect(await queues.results('ack', lease)).toEqual([{ lease, outcome: 'acked' }])
    expect(await queues.run(['ack', lease])).toMatchObject({
      code: 1,
      out: `{"lease":"${lease}","outcome":"missing"}\n`,
    })
    expect(await queues.run(['ack', 'lease'])).toMatchObject({ code: 2 })
  })

  test('is let in by a token of a file or the environment', async () => {
    const { queues } = await served({ tokens: [{ token: TOKEN, rights: ['send'] }] })
    const file = `${await folder()}-token`
    await writeFile(file, `${TOKEN}\n`)
    expect(await queues.results('--token-file', file, 'send', 'mail', 'tea')).toEqual([{ queue: 'mail', id: '1' }])
    const withToken = { env: { MILLRACE_QUEUE_TOKEN: TOKEN } }
    expect(await queues.run(['list'], withToken)).toMatchObject({ code: 0 })
    const advice = expect.stringMatching(/; give one that has the right, by --token-file or MILLRACE_QUEUE_TOKEN\n$/)
    expect(await queues.run(['receive', 'mail'], withToken)).toMatchObject({ code: 1, err: advice })
    const without = await queues.run(['list'])
    expect(without).toMatchObject({ code: 1, err: advice })
    expect(without.err).toContain(': a token is needed; ')
    const wrong = await queues.run(['list'], { env: { MILLRACE_QUEUE_TOKEN: 'a wrong wrong token' } })
    expect(wrong).toMatchObject({ code: 1, err: advice })
    expect(wrong.err).not.toContain('wrong wrong')
  })

  test('says what is missing between it and a server that speaks TLS, or none', async () => {
    const { cert, key } = certificate
    const secret = (await served({ tls: { cert, key } })).at
    const plain = (await served()).at
    const other = await folder()
    await writeFile(other, cert)
    const list = async (url: string, ...args: string[]) => (await queuesAt(['--url', url]).run(['list', ...args])).err
    expect(await list(secret.url)).toMatch(/self-signed.*; name the certificate of who signed it.* with --ca-file\n$/)
    expect(await list(secret.url, '--ca-file', other)).toBe('')
    expect(await list(secret.url.replace('millraces', 'millrace'))).toMatch(
      /before a greeting; if it speaks TLS, the URL has to say millraces:\/\/\n$/,
    )
    expect(await list(plain.url.replace('millrace', 'millraces'))).toMatch(
      /: no TLS: .*; if it speaks no TLS, the URL has to say millrace:\/\/\n$/,
    )
  })

  test('says what is in the way of a queue that is made or deleted', async () => {
    const { queues } = await served()
    await queues.results('create', 'jobs', '--max-deliveries', '2', '--dead-letter-queue', 'mail')
    expect((await queues.run(['delete', 'mail', '--yes'])).err).toMatch(
      /queue mail is the dead-letter queue of jobs; delete that one first\n$/,
    )
    expect((await queues.run(['create', 'jobs'])).err).toMatch(/; delete it first, or give the options that it has\n$/)
  })

  test('sends lines as they come, and gives their ids', async () => {
    const { engine, queues } = await served()
    const child = queues.start(['send', 'mail'], { input: 'a\n'.repeat(5_000) })
    const { code, out } = await endOf(child)
    expect(code).toBe(0)
    expect(parsed(out)).toHaveLength(5_000)
    expect(await engine.stats('mail')).toMatchObject({ sent: 5_000 })
  })

  test('follows a queue, and gives back what nobody reads any more', async () => {
    const { engine, queues } = await served()
    const child = queues.start(['receive', 'mail', '--follow', '--lease-ms', '600000'])
    await engine.send('mail', 'first')
    const lines = createInterface({ input: child.stdout ?? process.stdin })
    expect(JSON.parse(String(await once(lines, 'line')))).toMatchObject({ body: 'first' })
    child.stdout?.destroy()
    await engine.send('mail', 'second')
    expect(await endOf(child)).toMatchObject({ code: 141, err: '' })
    expect(await engine.stats('mail')).toMatchObject({ ready: 1, inFlight: 1, acked: 0 })
    expect(await engine.peek('mail')).toMatchObject([{ deliveries: 1 }])
  })

  test.each([
    [['receive', 'mail', '--follow'], 3],
    [['receive', 'mail', '--wait-ms', '60000'], 130],
  ])('ends %j by SIGINT and takes nothing', async (args, exitCode) => {
    const { engine, queues } = await served()
    const child = queues.start(args)
    await until(async () => (await engine.stats('mail')).waitingReceives === 1)
    child.kill('SIGINT')
    expect(await endOf(child)).toMatchObject({ code: exitCode, out: '', err: '' })
    expect(await engine.stats('mail')).toMatchObject({ waitingReceives: 0, delivered: 0 })
  })

  test('says how many lines were sent when it is interrupted', async () => {
    const { engine, queues } = await served()
    await engine.create('small', { capacity: 2, overflow: 'wait' })
    const waiting = queues.start(['send', 'small', '--batch', '1'], { input: 'a\nb\nc\n' })
    await until(async () => (await engine.stats('small')).waitingSends === 1)
    waiting.kill('SIGINT')
    expect(await endOf(waiting)).toMatchObject({
      code: 130,
      err: 'millrace-queue: 2 lines were sent; from line 3 on none was\n',
    })
    expect(await engine.stats('small')).toMatchObject({ ready: 2, waitingSends: 0 })
  })

  test('shows messages as they come, and takes none', async () => {
    const { engine, queues } = await served()
    await engine.send('mail', 'before')
    const child = queues.start(['tail', 'mail', '--interval-ms', '10'])
    const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]()
    const next = async () => JSON.parse(String((await lines.next()).value))
    expect(await next()).toMatchObject({ body: 'before', deliveries: 0 })
    await engine.send('mail', 'after')
    expect(await next()).toMatchObject({ body: 'after' })
    const [message] = await engine.receive('mail')
    await engine.nack(message?.lease ?? '')
    expect(await next()).toMatchObject({ body: 'before', deliveries: 1 })
    child.kill('SIGINT')
    expect(await endOf(child)).toMatchObject({ code: 0, err: '' })
    expect(await engine.stats('mail')).toMatchObject({ ready: 2, delivered: 1 })
  })

  test.each([
    ['tail', 'mail'],
    ['stats', '-f'],
  ])('ends "%s %s" by SIGINT also while the server is gone', async (...args) => {
    const { server, queues } = await served()
    const child = queues.start(args)
    await until(() => server.stats().requests.stats > 1)
    await server.close({ timeoutMs: 0 })
    const told = createInterface({ input: child.stderr ?? process.stdin })
    expect(String(await once(told, 'line'))).toMatch(/; connecting again$/)
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  test('follows the statistics until SIGINT', async () => {
    const { engine, queues } = await served()
    const child = queues.start(['stats', 'mail', '--follow', '--interval-ms', '20'])
    const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]()
    await lines.next()
    await engine.send('mail', 'tea')
    let told: { sent?: number; perSecond?: unknown } = {}
    while (told.sent !== 1) told = JSON.parse(String((await lines.next()).value))
    expect(told).toMatchObject({ queue: 'mail', ready: 1, perSecond: { sent: expect.any(Number) } })
    child.kill('SIGINT')
    expect(await endOf(child)).toMatchObject({ code: 0, err: '' })
  })

  test('measures over several connections, also when SIGINT ends the sending', async () => {
    const { engine, server, queues } = await served()
    const child = queues.start(['bench', 'trial', '--duration-ms', '60000', '--connections', '3', '--depth', '4'])
    await until(async () => (await engine.list()).includes('trial') && (await engine.stats('trial')).acked > 100)
    expect(server.stats().connections).toBe(3)
    child.kill('SIGINT')
    const { code, out } = await endOf(child)
    expect(code).toBe(0)
    const result = parsed(out).at(-1)
    expect(result).toMatchObject({ result: 'every message arrived', missing: 0, connections: 3, durability: 'memory' })
    expect(result?.['received']).toBe(result?.['sent'])
    expect(await engine.list()).toEqual(['mail'])
  })
})
