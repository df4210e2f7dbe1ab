import { Channel } from 'queueable'
import type { Contender } from '../contender.ts'
import { flow, iterate, pingPong } from '../topology.ts'

/** A limit of its own would drop the oldest value, so the producer watches the length: past `capacity` it waits for its own value. */
function openChannel(capacity: number) {
  const channel = new Channel<number>()
  const send = (value: number): unknown => {
    const taken = channel.push(value)
    return channel.pushBuffer.length >= capacity ? taken : undefined
  }
  return { channel, send }
}

function open(capacity: number) {
  const { channel, send } = openChannel(capacity)
  return { send, receive: async (): Promise<number | undefined> => (await channel.next()).value }
}

/** `Channel` of queueable. */
export const contender: Contender = {
  name: 'queueable',
  kind: 'peer',
  note: 'a push settles when its value is read; not bounded without loss, so the producer watches its length',
  drives: {
    ...flow(open),
    ...pingPong(open),
    ...iterate((capacity) => {
      const { channel, send } = openChannel(capacity)
      return { send, close: () => channel.push(Number.NaN, true), values: channel }
    }),
  },
}
