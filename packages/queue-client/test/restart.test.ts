import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { listenAtOwn } from './ports.ts'
import { connected } from './support.ts'

/** So many times a server is killed; 50 in a long run. */
const ROUNDS = process.env.MILLRACE_LONG === undefined ? 5 : 50
const SERVER = fileURLToPath(new URL('./server-process.ts', import.meta.url))

/** A server in a process of its own, that has said where it is. */
async function start(path: string, port: number): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--conditions=@millrace/source', SERVER, path, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [url] = await once(child.stdout, 'data')
  return { child, url: String(url) }
}

/** The port, if nobody listens there. */
async function free(port: number): Promise<number> {
  const server = createServer().listen({ host: '127.0.0.1', port })
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
  return port
}

test(
  'a receive that waits is served when a server that was killed is back, every time',
  async () => {
    const path = mkdtempSync(join(tmpdir(), 'millrace-restart-'))
    onTestFinished(() => rmSync(path, { recursive: true }))
    const port = await listenAtOwn(free)
    let { child, url } = await start(path, port)
    const client = await connected(url)
    const producer = await connected(url)
    await client.create('a')
    let receiving = client.receive('a')
    for (let round = 0; round < ROUNDS; round++) {
      child.kill('SIGKILL')
      await once(child, 'exit')
      ;({ child } = await start(path, port))
      await producer.send('a', String(round), { dedupKey: String(round) })
      const [message] = await receiving
      expect(message?.text()).toBe(String(round))
      expect(await client.ack(message?.lease ?? '')).toBe('acked')
      receiving = client.receive('a')
    }
    receiving.catch(() => {})
    expect(client.connections).toBe(ROUNDS + 1)
  },
  ROUNDS * 30_000,
)
