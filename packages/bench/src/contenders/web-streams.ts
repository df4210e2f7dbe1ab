import type { Contender } from '../contender.ts'
import { flow, iterate, pingPong } from '../topology.ts'

function transform(capacity: number): TransformStream<number, number> {
  const room = new CountQueuingStrategy({ highWaterMark: capacity })
  return new TransformStream(undefined, room, new CountQueuingStrategy({ highWaterMark: 0 }))
}

function writeTo(stream: TransformStream<number, number>) {
  const writer = stream.writable.getWriter()
  return {
    send: async (value: number) => {
      await writer.ready
      // Not awaited: it settles when the value is read. A failure reaches the reader and fails the count.
      writer.write(value).catch(() => {})
    },
    close: () => writer.close(),
  }
}

function open(capacity: number) {
  const stream = transform(capacity)
  const reader = stream.readable.getReader()
  return { send: writeTo(stream).send, receive: async () => (await reader.read()).value }
}

/** An identity `TransformStream`. */
export const contender: Contender = {
  name: 'web-streams',
  kind: 'peer',
  drives: {
    ...flow(open),
    ...pingPong(open),
    ...iterate((capacity) => {
      const stream = transform(capacity)
      return { ...writeTo(stream), values: stream.readable }
    }),
  },
}
