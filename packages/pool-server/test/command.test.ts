import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { endOf, outcomeOf, start } from '../../../tooling/testing/command.ts'
import { post } from './support.ts'

const cli = new URL('../src/cli.ts', import.meta.url)

/** Runs it to its end. */
async function ended(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const { code, out, err } = await outcomeOf(start(cli, args))
  return { code, out, err }
}

/** Starts it at a free port; answers when it listens. */
async function listening(...args: string[]) {
  const child = start(cli, ['--port', '0', ...args])
  const end = endOf(child)
  const [line]: string[] = await once(createInterface({ input: child.stdout ?? process.stdin }), 'line')
  const url = /http:\/\/\S+:\d+/.exec(line ?? '')?.[0] ?? expect.unreachable(line)
  const submit = (body: string) => fetch(`${url}/submit/0`, post(body))
  return { child, url, line, end, submit }
}

describe('millrace-pool', () => {
  test('prints help and version', async () => {
    const help = await ended('--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const option of ['--host', '--port', '--capacity', '--overflow', '--max-body-bytes', '--grace-ms'])
      expect(help.out).toContain(option)
    expect(await ended('-h')).toEqual(help)
    expect(await ended('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  test.each([
    [['--capacity', '0'], '--capacity: expected a whole number from 1 to 2147483647, got "0"'],
    [['--port', 'http'], '--port: expected a whole number from 0 to 65535, got "http"'],
    [['--port', '-1'], '--port: expected a whole number from 0 to 65535, got "-1"'],
    [['--name', 'a:1'], '--name: expected a name without a port, got "a:1"'],
    [['--port', '65536'], '--port: expected a whole number from 0 to 65535, got "65536"'],
    [['--host', ''], '--host: expected an address, got an empty one'],
    [['--overflow', 'drop'], '--overflow: expected wait or reject or evict-lowest, got "drop"'],
    [['--port'], "Option '-p, --port <value>' argument missing"],
    [['serve'], 'expected options only, got serve'],
  ])('refuses %j with one sentence and exit code 2', async (args, sentence) => {
    expect(await ended(...args)).toEqual({ code: 2, out: '', err: `millrace-pool: ${sentence}; see --help\n` })
  })

  test('asks whether another option was meant', async () => {
    const err = 'millrace-pool: there is no option --hots; did you mean --host?\n'
    expect(await ended('--hots', '::')).toEqual({ code: 2, out: '', err })
  })

  test('says with one sentence and exit code 1 that the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    expect(await ended('--port', String(port))).toEqual({
      code: 1,
      out: '',
      err: `millrace-pool: cannot listen at 127.0.0.1, port ${port}: address already in use (EADDRINUSE)\n`,
    })
    other.close()
  })

  test('says where it listens, which is this machine only', async () => {
    const { line } = await listening('--capacity', '7')
    expect(line).toMatch(/^listening at http:\/\/127\.0\.0\.1:\d+, capacity 7$/)
  })

  test('keeps to the capacity and the limits that it is given', async () => {
    const limits = [
      '--capacity',
      '1',
      '--max-batch',
      '2',
      '--max-drain',
      '3',
      '--max-timeout-ms',
      '4',
      '--max-body-bytes',
      '50',
    ]
    const { url, submit } = await listening(...limits)
    expect((await submit('[{"item":1},{"item":2}]')).status).toBe(503)
    expect((await submit('[{"item":1},{"item":2},{"item":3}]')).status).toBe(413)
    expect((await submit(`{"item":"${'x'.repeat(50)}"}`)).status).toBe(413)
    expect((await fetch(`${url}/drain/4/0`)).status).toBe(400)
    expect((await fetch(`${url}/drain/1/5`)).status).toBe(400)
    expect(await (await fetch(`${url}/drain/1/4`)).json()).toEqual([{ item: 1, priority: 0 }])
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('ends well by %s when nothing is left', async (signal) => {
    const { child, url, end } = await listening()
    const waiting = fetch(`${url}/drain/5/60000`)
    const stats = async () => (await (await fetch(`${url}/stats`)).json()) as { waitingDrains: number }
    while ((await stats()).waitingDrains === 0);
    child.kill(signal)
    expect((await waiting).status).toBe(410)
    expect(await end).toEqual({ err: '', code: 0, signal: null })
  })

  test('lets the pool be drained after a signal, and submits be refused', async () => {
    const { child, url, end, submit } = await listening('--grace-ms', '60000')
    await submit('[{"item":1},{"item":2}]')
    child.kill('SIGTERM')
    while ((await submit('{"item":3}')).status === 200);
    expect((await submit('{"item":3}')).status).toBe(410)
    expect((await fetch(`${url}/health`)).status).toBe(503)
    const items = (await (await fetch(`${url}/drain/10000/0`)).json()) as unknown[]
    expect(items.slice(0, 2)).toMatchObject([{ item: 1 }, { item: 2 }])
    expect(await end).toEqual({ err: '', code: 0, signal: null })
  })

  test('says how many items were left when the grace is over, with exit code 1', async () => {
    const { child, end, submit } = await listening('--grace-ms', '0')
    await submit('[{"item":1},{"item":2}]')
    child.kill('SIGTERM')
    expect(await end).toEqual({ err: 'millrace-pool: 2 items were left in the pool\n', code: 1, signal: null })
  })

  test('dies of a second signal', async () => {
    const { child, url, end, submit } = await listening('--grace-ms', '60000')
    await submit('{"item":1}')
    child.kill('SIGTERM')
    while ((await fetch(`${url}/health`)).status === 200);
    child.kill('SIGTERM')
    expect(await end).toMatchObject({ signal: 'SIGTERM' })
  })

  test('goes on when nobody reads its output', async () => {
    const { child, url } = await listening()
    child.stdout?.destroy()
    child.stderr?.destroy()
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })
})
