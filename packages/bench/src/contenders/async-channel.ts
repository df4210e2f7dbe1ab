import { Channel } from 'async-channel'
import type { Contender } from '../contender.ts'
import { flow, iterate, pingPong } from '../topology.ts'

function open(capacity: number) {
  const channel = new Channel<number>(capacity)
  return { send: (value: number) => channel.push(value), receive: () => channel.get() }
}

/** `Channel` of async-channel. */
export const contender: Contender = {
  name: 'async-channel',
  kind: 'peer',
  drives: {
    ...flow(open),
    ...pingPong(open),
    ...iterate((capacity) => {
      const channel = new Channel<number>(capacity)
      return { send: (value) => channel.push(value), close: () => channel.close(), values: channel }
    }),
  },
}
