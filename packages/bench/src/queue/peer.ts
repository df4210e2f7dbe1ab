/** What was received, and is to be acknowledged. */
export interface Received {
  readonly body: Uint8Array
  readonly ack: string
}

/** One connection to a queue, the same for all. */
export interface Connection {
  /** Resolves when the server has answered. */
  send(body: Uint8Array): Promise<unknown>
  receive(): Promise<Received>
  ack(received: Received): Promise<unknown>
  /** Up to so many at once, as whoever has many does it there. */
  sendAll(bodies: readonly Uint8Array[]): Promise<unknown>
  receiveAll(most: number): Promise<Received[]>
  ackAll(received: readonly Received[]): Promise<unknown>
  close(): unknown
}

/** A server in a process of its own, with one queue that is empty. */
export interface Server {
  connect(): Promise<Connection>
  close(): Promise<unknown>
}

/** One at a time, for those who know nothing better. */
export function together(
  one: Pick<Connection, 'send' | 'receive' | 'ack'>,
): Pick<Connection, 'sendAll' | 'receiveAll' | 'ackAll'> {
  return {
    sendAll: (bodies) => Promise.all(bodies.map((body) => one.send(body))),
    receiveAll: (most) => Promise.all(Array.from({ length: most }, () => one.receive())),
    ackAll: (received) => Promise.all(received.map((each) => one.ack(each))),
  }
}
