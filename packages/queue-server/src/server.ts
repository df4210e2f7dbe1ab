import type { Socket } from 'node:net'
import { startTimer } from '@millrace/notify'
import { QueueError } from '@millrace/queue'
import { DEFAULT_PORT } from '@millrace/queue/protocol'
import type { CloseOptions, Listening, ListenOptions, QueueServer, ServerOptions, ServerStats } from './api.ts'
import { Census } from './census.ts'
import { Connection, LOOKS } from './connection.ts'
import { limitsOf } from './limits.ts'
import { Listener, type Reception } from './listener.ts'
import { Memory } from './memory.ts'
import { checkClose, checkListen, checkSafe, checkServer } from './options.ts'
import { gateOf } from './rights.ts'
import type { Served } from './served.ts'
import { Tallies } from './tallies.ts'

const LOOPBACK = '127.0.0.1'
const CLOSE_TIMEOUT_MS = 5000

/**
 * Makes a server of queues. It listens where it is told to, and the engine stays open when it closes.
 *
 * Throws `TypeError` or `RangeError` for wrong options.
 *
 * @example
 * import { openQueues } from '@millrace/queue'
 * import { createServer } from '@millrace/queue-server'
 *
 * const engine = await openQueues({ path: ':memory:' })
 * const server = createServer({ engine })
 * const { url } = await server.listen({ port: 0 })
 * url.startsWith('millrace://127.0.0.1:') // => true
 * await server.close()
 * await engine.close()
 */
export function createServer(options: ServerOptions): QueueServer {
  checkServer(options)
  return new Server(options)
}

class Server implements QueueServer {
  readonly #options: ServerOptions
  readonly #served: Served
  readonly #reception: Reception
  readonly #connections = new Set<Connection>()
  readonly #listeners = new Set<Listener>()
  /** Runs while there are connections. */
  #watch: NodeJS.Timeout | undefined
  #end: Promise<void> | undefined

  constructor(options: ServerOptions) {
    const limits = limitsOf(options.limits)
    const tallies = new Tallies()
    this.#options = options
    this.#served = {
      engine: options.engine,
      limits,
      gate: gateOf(options.tokens),
      tallies,
      memory: new Memory(limits.maxBufferedBytes),
      durability: options.durability ?? options.engine.durability,
      onError: options.onError ?? warn,
    }
    this.#reception = {
      limits,
      tallies,
      census: new Census(limits),
      sockets: new Set(),
      accept: (socket) => this.#accept(socket),
    }
  }

  async listen(options: ListenOptions = {}): Promise<Listening> {
    checkListen(options)
    const { host = LOOPBACK, port = DEFAULT_PORT, unsafe } = options
    const tls = options.tls === null ? undefined : (options.tls ?? this.#options.tls)
    const asksForCertificates = tls?.requestCert === true && tls.rejectUnauthorized !== false
    checkSafe(
      host,
      { tls: tls !== undefined, tokens: this.#options.tokens !== undefined || asksForCertificates },
      unsafe,
    )
    this.#checkOpen()
    const listener = new Listener(tls, this.#reception)
    this.#listeners.add(listener)
    try {
      const listening = await listener.listen(host, port)
      this.#checkOpen()
      return listening
    } catch (error) {
      this.#listeners.delete(listener)
      listener.close()
      throw error
    }
  }

  async close(options: CloseOptions = {}): Promise<void> {
    checkClose(options)
    this.#end ??= this.#close(options.timeoutMs ?? CLOSE_TIMEOUT_MS)
    await this.#end
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  stats(): ServerStats {
    const { tallies, memory } = this.#served
    const { refused, cut, requests, failures, ...counts } = tallies
    return {
      ...counts,
      refused: { ...refused },
      cut: { ...cut },
      requests: { ...requests },
      failures: { ...failures },
      connections: this.#reception.census.total,
      bufferedBytes: memory.bytes,
    }
  }

  #accept(socket: Socket): void {
    const connection = new Connection(socket, this.#served)
    this.#connections.add(connection)
    // What has come while the event loop was busy is heard before: a late timer cuts nobody.
    this.#watch ??= setInterval(
      () => setImmediate(() => this.#watchAll()),
      Math.ceil(this.#served.limits.quietMs / LOOKS),
    )
    socket.on('close', () => this.#leave(connection))
    if (this.#end !== undefined) connection.close(closing())
  }

  #leave(connection: Connection): void {
    this.#connections.delete(connection)
    if (this.#connections.size > 0) return
    clearInterval(this.#watch)
    this.#watch = undefined
  }

  #watchAll(): void {
    const nowMs = performance.now()
    for (const connection of this.#connections) connection.watch(nowMs)
  }

  async #close(timeoutMs: number): Promise<void> {
    const { sockets } = this.#reception
    for (const listener of this.#listeners) listener.close()
    for (const connection of this.#connections) connection.close(closing())
    if (sockets.size === 0) return
    const empty = new Promise<void>((resolve) => {
      for (const socket of sockets) socket.on('close', () => sockets.size === 0 && resolve())
    })
    const stop = startTimer(timeoutMs, () => this.#cut())
    await empty
    stop()
  }

  #cut(): void {
    this.#served.tallies.cut.closing += this.#reception.sockets.size
    for (const connection of this.#connections) connection.destroy()
    for (const socket of this.#reception.sockets) socket.destroy()
  }

  #checkOpen(): void {
    if (this.#end !== undefined) throw new QueueError('closed', 'the server has been closed')
  }
}

function closing(): QueueError {
  return new QueueError('unreachable', 'the server is closing')
}

function warn(error: unknown): void {
  process.emitWarning(`the engine failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, {
    code: 'MILLRACE_QUEUE_ENGINE',
  })
}
