import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { Contender } from '../contender.ts'
import { flow, iterate, pingPong } from '../topology.ts'

function openStream(capacity: number) {
  const stream = new PassThrough({ objectMode: true, highWaterMark: capacity })
  const send = (value: number): unknown => (stream.write(value) ? undefined : once(stream, 'drain'))
  return { stream, send }
}

function open(capacity: number) {
  const { stream, send } = openStream(capacity)
  const values = stream.iterator()
  return { send, receive: async (): Promise<number | undefined> => (await values.next()).value }
}

const { spsc, 'spsc-try': spscTry } = flow(open)

/** `PassThrough` in object mode, read by its async iterator. */
export const contender: Contender = {
  name: 'node-streams',
  kind: 'peer',
  note: 'buffers up to the capacity on both sides; write() does not wait, "drain" does',
  drives: {
    spsc,
    'spsc-try': spscTry,
    ...pingPong(open),
    ...iterate((capacity) => {
      const { stream, send } = openStream(capacity)
      return { send, close: () => stream.end(), values: stream }
    }),
  },
}
