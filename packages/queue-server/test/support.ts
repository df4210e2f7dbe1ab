import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { openQueues, type QueueEngine } from '@millrace/queue'
import {
  type Answer,
  ClientEncoder,
  DEFAULT_MAX_FRAME_BYTES,
  type FromServer,
  PROTOCOL_VERSION,
  type Request,
  serverDecoder,
  type Welcome,
} from '@millrace/queue/protocol'
import { onTestFinished } from 'vitest'
import { createServer, type Listening, type QueueServer, type ServerOptions } from '../src/index.ts'

export { until } from '../../../tooling/testing/waiting.ts'

/** A server with queues of its own, until the test is over. */
export interface Served {
  readonly engine: QueueEngine
  readonly server: QueueServer
  readonly at: Listening
}

export async function serve(options: Omit<ServerOptions, 'engine'> = {}, engine?: QueueEngine): Promise<Served> {
  const queues = engine ?? (await openQueues({ path: ':memory:' }))
  const server = createServer({ engine: queues, ...options })
  onTestFinished(() => server.close({ timeoutMs: 0 }))
  return { engine: queues, server, at: await server.listen({ port: 0 }) }
}

/** A socket to a server that does what it is told, down to the bytes. */
export async function rawPeer({ port, host }: Listening): Promise<Socket> {
  const socket = connect({ port, host })
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** A client that says what it is told, and keeps what it hears. */
export class Peer {
  readonly socket: Socket
  readonly encoder: ClientEncoder = new ClientEncoder(DEFAULT_MAX_FRAME_BYTES)
  readonly heard: { readonly message: FromServer; readonly number: number }[] = []
  readonly closed: Promise<unknown>
  isClosed = false
  /** Tests pick lower numbers themselves. */
  #next = 10_000
  #onHeard: (() => void)[] = []

  constructor(socket: Socket) {
    this.socket = socket
    const decoder = serverDecoder(2 ** 27)
    socket.on('data', (chunk: Buffer) => {
      decoder.push(chunk, (message, number) => {
        this.heard.push({ message, number })
        if (message.kind === 'ping') this.say((encoder) => encoder.pong())
      })
      this.#wake()
    })
    // Not by `once`: that rejects when the socket was reset.
    this.closed = new Promise<void>((resolve) => socket.on('close', () => resolve())).then(() => {
      this.isClosed = true
      this.#wake()
    })
  }

  /** Writes at once. */
  say(write: (encoder: ClientEncoder) => void): void {
    write(this.encoder)
    if (this.socket.writable) this.socket.write(this.encoder.take())
  }

  greet(token = '', version: number = PROTOCOL_VERSION): void {
    this.say((encoder) => encoder.hello({ version, maxFrameBytes: 2 ** 27, token }))
  }

  /** Waits until something was heard. */
  async hears<M extends FromServer>(isIt: (message: FromServer, number: number) => boolean): Promise<M> {
    for (;;) {
      const found = this.heard.find(({ message, number }) => isIt(message, number))
      if (found !== undefined) return found.message as M
      if (this.isClosed) throw new Error(`closed; heard ${JSON.stringify(this.heard)}`)
      await new Promise<void>((resolve) => this.#onHeard.push(resolve))
    }
  }

  async welcome(): Promise<Welcome> {
    return this.hears<Welcome>(({ kind }) => kind === 'welcome')
  }

  /** The error of the goodbye. */
  async goodbye(): Promise<Error & { readonly code?: string }> {
    const { error } = await this.hears<FromServer & { kind: 'goodbye' }>(({ kind }) => kind === 'goodbye')
    return error
  }

  /** Says a request, and gives its number. */
  request(request: Request): number {
    const number = this.#next++
    this.say((encoder) => encoder.request(number, request))
    return number
  }

  /** The last frame of the answer to a request. */
  async answer(number: number): Promise<Answer> {
    return this.hears<Answer>(
      (message, of) => of === number && message.kind !== 'ping' && !(message.kind === 'messages' && message.isMore),
    )
  }

  async ask(request: Request): Promise<Answer> {
    return this.answer(this.request(request))
  }

  #wake(): void {
    for (const resolve of this.#onHeard.splice(0)) resolve()
  }
}

/** A client that has been let in. */
export async function greeted(at: Listening, token = ''): Promise<Peer> {
  const peer = new Peer(await rawPeer(at))
  peer.greet(token)
  await peer.welcome()
  return peer
}

/** An engine that does something at once, and answers when it is let go. */
export async function slowEngine(method: keyof QueueEngine): Promise<{ engine: QueueEngine; letGo: () => void }> {
  const engine = await openQueues({ path: ':memory:' })
  const { promise, resolve } = Promise.withResolvers<void>()
  const slow = new Proxy(engine, {
    get(target, name) {
      const value = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      if (name !== method) return value.bind(target)
      return async (...given: unknown[]) => {
        const answer = await Reflect.apply(value, target, given)
        await promise
        return answer
      }
    },
  })
  return { engine: slow, letGo: resolve }
}

/** Receives messages, or fails. */
export async function received(
  peer: Peer,
  name: string,
  max = 1,
): Promise<readonly { lease: string; text(): string }[]> {
  const answer = await peer.ask({ kind: 'receive', name, max, timeoutMs: 0 })
  if (answer.kind !== 'messages') throw new Error(`got ${answer.kind}`)
  return answer.messages
}
