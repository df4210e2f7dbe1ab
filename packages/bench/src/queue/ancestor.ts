import { LostValuesError } from '../child.ts'
import type { Figures, Prepared } from '../trial.ts'
import type { Connection, Server } from './peer.ts'

const CLIENTS = 16
const ITERATIONS = 1_000
const DEPTH = 32
const BODY = new Uint8Array(128).fill(7)

/**
 * The load of the Rust queue that ours descends from: 16 clients send, 16 receive and acknowledge, 32 requests deep, 128 bytes: 1,536,000 requests,
 * three for each message. It asks for each message, and acknowledges each, by a request of its own; `inBatches`, for 32 by one, which count as many.
 */
export async function ancestorsLoad(server: Server, inBatches: boolean): Promise<Prepared> {
  const connect = () => Promise.all(Array.from({ length: CLIENTS }, () => server.connect()))
  const [producers, consumers] = [await connect(), await connect()]
  return {
    async run(): Promise<Figures> {
      const began = performance.now()
      const [, received] = await Promise.all([
        Promise.all(producers.map(produce)),
        Promise.all(
          consumers.map((consumer) => consume(inBatches ? consumer : oneByOne(consumer), ITERATIONS * DEPTH)),
        ),
      ])
      const messages = received.reduce((sum, count) => sum + count, 0)
      const all = CLIENTS * ITERATIONS * DEPTH
      if (messages !== all) throw new LostValuesError(`sent ${all}, received ${messages}`)
      return { rate: (3 * messages) / ((performance.now() - began) / 1_000) }
    },
    async close() {
      for (const connection of [...producers, ...consumers]) await connection.close()
      await server.close()
    },
  }
}

/** A connection that asks for each message on its own. */
function oneByOne(connection: Connection): Pick<Connection, 'receiveAll' | 'ackAll'> {
  return {
    receiveAll: (most) => Promise.all(Array.from({ length: most }, () => connection.receive())),
    ackAll: (received) => Promise.all(received.map((each) => connection.ack(each))),
  }
}

async function produce(connection: Connection): Promise<void> {
  const bodies = new Array<Uint8Array>(DEPTH).fill(BODY)
  for (let iteration = 0; iteration < ITERATIONS; iteration++) await connection.sendAll(bodies)
}

async function consume(connection: Pick<Connection, 'receiveAll' | 'ackAll'>, count: number): Promise<number> {
  let received = 0
  while (received < count) {
    const messages = await connection.receiveAll(Math.min(DEPTH, count - received))
    if (messages.some(({ body }) => body.length !== BODY.length)) throw new LostValuesError('a body was damaged')
    await connection.ackAll(messages)
    received += messages.length
  }
  return received
}
