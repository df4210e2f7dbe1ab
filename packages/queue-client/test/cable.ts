import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { listenAtOwn } from './ports.ts'

/** Both halves of one connection through a cable. */
export interface Pair {
  readonly client: Socket
  readonly server: Socket
  /** Bytes that have come from the client, and from the server. */
  up: number
  down: number
  /** Pieces that have come from the client. */
  readonly pieces: Buffer[]
}

/** What lies between a client and its server, and does to connections what networks do. */
export class Cable {
  readonly pairs: Set<Pair> = new Set()
  /** How many connections there have been. */
  accepted = 0
  /** Nothing is passed on any more, in this direction or both; nobody is told. */
  stalls: 'none' | 'up' | 'down' | 'both' = 'none'
  /** The connection is cut when so many bytes have been passed on in this direction; the rest is not. */
  cutAfter: { readonly direction: 'up' | 'down'; readonly bytes: number } | undefined
  /** Told of each connection. */
  onConnection: (pair: Pair) => void = () => {}
  readonly #server: Server
  #port = 0
  #target: number

  constructor(target: number) {
    this.#target = target
    this.#server = createServer((client) => this.#join(client))
  }

  static async to(target: number): Promise<Cable> {
    const cable = new Cable(target)
    await cable.open()
    onTestFinished(() => cable.close())
    return cable
  }

  get url(): string {
    return `millrace://127.0.0.1:${this.#port}`
  }

  set target(port: number) {
    this.#target = port
  }

  async open(): Promise<void> {
    const listen = async (port: number): Promise<void> => {
      this.#server.listen({ host: '127.0.0.1', port })
      await once(this.#server, 'listening')
    }
    await (this.#port === 0 ? listenAtOwn(listen) : listen(this.#port))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Accepts nothing any more, and cuts what there is. */
  async close(): Promise<void> {
    this.cut()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** Cuts all connections, or those that are picked. */
  cut(isPicked: (pair: Pair) => boolean = () => true): void {
    for (const pair of this.pairs) if (isPicked(pair)) end(pair)
  }

  #join(client: Socket): void {
    const server = connect({ host: '127.0.0.1', port: this.#target })
    const pair: Pair = { client, server, up: 0, down: 0, pieces: [] }
    this.pairs.add(pair)
    this.accepted++
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.pairs.delete(pair)
        end(pair)
      })
    }
    client.on('data', (chunk: Buffer) => {
      pair.pieces.push(chunk)
      this.#pass(pair, 'up', chunk)
    })
    server.on('data', (chunk: Buffer) => this.#pass(pair, 'down', chunk))
    this.onConnection(pair)
  }

  #pass(pair: Pair, direction: 'up' | 'down', chunk: Buffer): void {
    if (this.stalls === direction || this.stalls === 'both') return
    const to = direction === 'up' ? pair.server : pair.client
    const most = this.cutAfter?.direction === direction ? this.cutAfter.bytes - pair[direction] : chunk.length
    pair[direction] += chunk.length
    if (most > chunk.length || this.cutAfter?.direction !== direction) {
      if (to.writable) to.write(chunk)
      return
    }
    to.write(chunk.subarray(0, Math.max(0, most)), () => end(pair))
  }
}

function end({ client, server }: Pair): void {
  client.destroy()
  server.destroy()
}
