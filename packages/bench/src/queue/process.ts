import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server that was started for a measurement, and ends with it. */
export interface ServerProcess {
  readonly port: number
  close(): Promise<void>
}

const STARTED_WITHIN_MS = 10_000

/** Starts a command with a free port and an empty folder, and waits until it listens. Throws if it is not installed. */
export async function startServer(
  command: string,
  args: (port: number, folder: string) => readonly string[],
): Promise<ServerProcess> {
  if (command !== process.execPath && spawnSync('which', [command]).status !== 0) {
    throw new Error(`${command} is not installed`)
  }
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'queue-bench-'))
  const child = spawn(command, args(port, folder), { stdio: 'ignore', detached: true })
  const killWithUs = (): boolean => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  await listening(port, child)
  return {
    port,
    async close() {
      if (child.exitCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      process.off('exit', killWithUs)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (const until = performance.now() + STARTED_WITHIN_MS; performance.now() < until; await sleep(20)) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
  }
  throw new Error('the server did not listen')
}
