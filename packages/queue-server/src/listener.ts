import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { QueueError } from '@millrace/queue'
import { ServerEncoder } from '@millrace/queue/protocol'
import type { Listening, RefusalReason } from './api.ts'
import type { Census } from './census.ts'
import type { Limits } from './limits.ts'
import type { Tallies } from './tallies.ts'

/** Who is refused has so long to read the reason, … */
const LINGER_MS = 1000
/** … but not more than so many at a time: they are not counted as connections. */
const MOST_REFUSED = 1000

/** Who counts connections, and takes them over when they can be spoken with. */
export interface Reception {
  readonly limits: Limits
  readonly census: Census
  readonly tallies: Tallies
  /** All that are counted, those too whose TLS greeting is not over. */
  readonly sockets: Set<Socket>
  readonly accept: (socket: Socket) => void
}

/**
 * One place where connections are accepted.
 *
 *     connection ──too many?──▶ refused
 *         │ counted, until it is closed
 *         └──▶ (TLS greeting) ──▶ accept
 */
export class Listener {
  readonly #server: Server
  readonly #isTls: boolean
  /** Connections whose TLS greeting is not over, by where they come from. */
  readonly #greeting = new Map<string, Socket>()
  /** Connections that are refused, and not closed yet. */
  #refused = 0

  constructor(tls: TlsOptions | undefined, reception: Reception) {
    const { limits, accept, tallies } = reception
    this.#isTls = tls !== undefined
    this.#server = tls === undefined ? createServer() : createTlsServer({ handshakeTimeout: limits.greetingMs, ...tls })
    this.#server.on('connection', (socket: Socket) => {
      if (!this.#admit(socket, reception)) return
      if (this.#isTls) this.#awaitGreeting(socket)
      else accept(socket)
    })
    this.#server.on('secureConnection', (socket) => {
      this.#greeting.delete(originOf(socket))
      accept(socket)
    })
    this.#server.on('tlsClientError', (_, socket: Socket) => {
      tallies.cut.greeting++
      socket.destroy() // One that is only late is left open otherwise.
    })
  }

  /** Resolves when it listens. */
  async listen(host: string, port: number): Promise<Listening> {
    this.#server.listen({ host, port })
    await once(this.#server, 'listening')
    this.#server.on('error', () => {}) // A connection that could not be accepted, as without file descriptors: others can.
    const { address, port: actual, family } = this.#server.address() as AddressInfo
    const shown = family === 'IPv6' ? `[${address}]` : address
    return { host: address, port: actual, url: `${this.#isTls ? 'millraces' : 'millrace'}://${shown}:${actual}` }
  }

  /** Accepts no connection any more, and none that has not greeted. */
  close(): void {
    this.#server.close()
    for (const socket of this.#greeting.values()) socket.destroy()
  }

  #admit(socket: Socket, { census, tallies, sockets }: Reception): boolean {
    const { remoteAddress } = socket
    socket.on('error', () => {}) // It is closed then.
    if (remoteAddress === undefined) {
      socket.destroy() // It has left already.
      return false
    }
    const entrance = census.enter(remoteAddress)
    if (entrance !== 'entered') {
      tallies.refused[entrance]++
      this.#refuse(socket, entrance)
      return false
    }
    tallies.accepted++
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      census.leave(remoteAddress)
    })
    return true
  }

  #awaitGreeting(socket: Socket): void {
    const origin = originOf(socket)
    this.#greeting.set(origin, socket)
    socket.on('close', () => this.#greeting.delete(origin))
  }

  /** Tells why; of who speaks TLS that cannot be understood. */
  #refuse(socket: Socket, reason: RefusalReason): void {
    if (this.#isTls || this.#refused >= MOST_REFUSED) {
      socket.destroy()
      return
    }
    this.#refused++
    // What it says is thrown away: to leave that unread would reset the connection, and it might miss the reason.
    socket.resume()
    socket.end(REFUSALS[reason === 'address' ? 'address' : 'connections'])
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.on('close', () => {
      clearTimeout(timer)
      this.#refused--
    })
  }
}

function originOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

const REFUSALS = {
  connections: goodbye('there are too many connections'),
  address: goodbye('there are too many connections of this address'),
}

function goodbye(why: string): Buffer {
  const encoder = new ServerEncoder(1024)
  encoder.goodbye(new QueueError('busy', why))
  return encoder.take()
}
