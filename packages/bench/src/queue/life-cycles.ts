import { LostValuesError } from '../child.ts'
import type { Figures, Prepared } from '../trial.ts'
import type { Connection, Received, Server } from './peer.ts'

const BODY_BYTES = 100

/** How a queue is used. */
export interface Use {
  readonly connections: number
  /** So many are sent before they are received, and received before they are acknowledged; 1 is one request at a time. */
  readonly depth: number
  readonly bodyBytes?: number
  readonly forMs: number
}

/**
 * Life cycles a second: sent, received, acknowledged, each answered. Connections share one queue, so that one may receive what another sent;
 * what was sent is compared with what was received.
 */
export async function lifeCycles(server: Server, use: Use): Promise<Prepared> {
  const connections = await Promise.all(Array.from({ length: use.connections }, () => server.connect()))
  return {
    async run(): Promise<Figures> {
      const tally = { next: 0, sent: 0, received: 0, sentSum: 0, receivedSum: 0, tripsMs: [] as number[] }
      const began = performance.now()
      const end = began + use.forMs
      await Promise.all(connections.map((connection) => cycle(connection, use, end, tally)))
      const seconds = (performance.now() - began) / 1_000
      if (tally.sent !== tally.received || tally.sentSum !== tally.receivedSum) {
        throw new LostValuesError(`sent ${tally.sent}, received ${tally.received}`)
      }
      return { rate: tally.sent / seconds, ...percentiles(tally.tripsMs) }
    },
    async close() {
      for (const connection of connections) await connection.close()
      await server.close()
    },
  }
}

/** Of times in milliseconds, in microseconds. */
export function percentiles(timesMs: readonly number[]): { readonly p50: number; readonly p99: number } {
  const sorted = timesMs.toSorted((a, b) => a - b)
  const at = (share: number): number => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * 1e3
  return { p50: at(0.5), p99: at(0.99) }
}

interface Tally {
  next: number
  sent: number
  received: number
  sentSum: number
  receivedSum: number
  readonly tripsMs: number[]
}

async function cycle(
  connection: Connection,
  { depth, bodyBytes = BODY_BYTES }: Use,
  end: number,
  tally: Tally,
): Promise<void> {
  const body = (): Uint8Array => {
    const bytes = Buffer.alloc(bodyBytes)
    bytes.writeUInt32LE(tally.next, 0)
    tally.sentSum += tally.next++
    tally.sent++
    return bytes
  }
  const count = ({ body: bytes }: Received): void => {
    if (bytes.length !== bodyBytes) throw new LostValuesError('a body was damaged')
    tally.receivedSum += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32LE(0)
    tally.received++
  }
  while (performance.now() < end) {
    const began = performance.now()
    if (depth === 1) {
      await connection.send(body())
      const received = await connection.receive()
      count(received)
      await connection.ack(received)
    } else {
      await connection.sendAll(Array.from({ length: depth }, body))
      for (let left = depth; left > 0; ) {
        const received = await connection.receiveAll(left)
        for (const each of received) count(each)
        await connection.ackAll(received)
        left -= received.length
      }
    }
    tally.tripsMs.push(performance.now() - began)
  }
}
