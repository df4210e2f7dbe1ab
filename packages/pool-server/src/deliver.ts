/**
 * Hands items to a client, or back to the pool.
 *
 *     held ──▶ sockets are read ──▶ written ──▶ handed to the system ──▶ sockets are read ──▶ released
 *                    │                 │                                        │
 *             client is gone    cut in the middle                             reset
 *                    └─────────────────┴──────── back in place ◀────────────────┘
 *
 * A client that left says so by a packet that the event loop has maybe not read yet. So the loop reads all sockets once before
 * the answer is written, and once after: what is written to a dead client of the same machine has its reset at once.
 *
 * INVARIANT  items are released only after their whole answer was handed to the system; until then they can be put back.
 * INVARIANT  what is held is settled once, however the request ends.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { startTimer } from '@millrace/notify'
import type { Held } from '@millrace/pool'
import type { FastifyReply } from 'fastify'
import type { Context } from './context.ts'
import type { Answer } from './sendable.ts'
import { Gone } from './waits.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

/** What is on its way: the text of the answer, and when it is known what became of the items. */
interface Delivery {
  readonly text: string
  readonly settled: Promise<void>
}

/** Resolves when the answer can be written, and settles what is held when it is known what became of it. Rejects with `Gone`. */
export async function deliver(reply: FastifyReply, { held, text }: Answer, context: Context): Promise<Delivery> {
  const {
    raw: response,
    request: {
      raw: { socket },
    },
  } = reply
  await readSockets()
  if (isGone(response, socket)) {
    held.putBack()
    throw new Gone()
  }
  const cut = startTimer(context.limits.maxAnswerMs, () => socket.destroy())
  const closed = new Promise<void>((resolve) => response.once('close', resolve))
  const settled = closed.then(() => {
    cut()
    return settle(response, socket, held)
  })
  reply.type(JSON_TYPE).header('cache-control', 'no-store')
  // Otherwise the connection would be kept for another request, and the end would wait for it.
  if (context.waits.isStopping) reply.header('connection', 'close')
  return { text, settled }
}

async function settle(response: ServerResponse, socket: Socket, held: Held<unknown>): Promise<void> {
  const isWritten = response.writableFinished && response.statusCode === 200
  if (isWritten) await readSockets()
  if (isWritten && socket.errored == null) held.release()
  else held.putBack()
}

/** Whether nobody reads an answer. A client that has closed its side counts as gone, as it does for Node. */
function isGone(response: ServerResponse, socket: Socket): boolean {
  return response.destroyed || socket.destroyed || socket.readableEnded || socket.errored != null
}

/**
 * Resolves when the event loop has read all sockets once more.
 *
 *     poll → immediates → timers → poll → immediates
 *      ▲         ▲                  │         ▲
 *    called    first              reads     second
 */
function readSockets(): Promise<void> {
  return new Promise((resolve) => setImmediate(setImmediate, resolve))
}
