import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A server in a process of its own, which ends with this one at the latest. */
export interface HttpServer {
  readonly url: string
  close(): Promise<void>
}

/** The command `millrace-pool`. */
export function poolProcess(capacity: number, port = 0): Promise<HttpServer> {
  const cli = fileURLToPath(new URL('./src/cli.ts', import.meta.resolve('@millrace/pool-server/package.json')))
  return start(cli, '--port', String(port), '--capacity', String(capacity), '--grace-ms', '0')
}

/** A fastify that gives back what it is sent. */
export function echoProcess(): Promise<HttpServer> {
  return start(fileURLToPath(new URL('./echo.ts', import.meta.url)))
}

async function start(file: string, ...options: string[]): Promise<HttpServer> {
  const server = spawn(process.execPath, ['--conditions=@millrace/source', file, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Its own group, so that Ctrl-C reaches us alone, who end it.
    detached: true,
  })
  const killWithUs = (): boolean => server.kill('SIGKILL')
  process.once('exit', killWithUs)
  const url = await addressOf(server)
  return {
    url,
    async close() {
      if (server.exitCode === null) {
        server.kill('SIGTERM')
        await once(server, 'exit')
      }
      process.off('exit', killWithUs)
    },
  }
}

async function addressOf(server: ChildProcess): Promise<string> {
  if (server.stdout === null) throw new TypeError('the server has no output')
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /http:\/\/\S+:\d+/.exec(line)?.[0]
    if (url === undefined) break
    server.stdout.resume()
    return url
  }
  throw new Error('the HTTP server did not start')
}
