import { channel } from '@thi.ng/csp'
import type { Contender } from '../contender.ts'
import { flow, iterate, pingPong, seq } from '../topology.ts'

function open(capacity: number) {
  const csp = channel<number>(capacity)
  return { send: (value: number) => csp.write(value), receive: () => csp.read() }
}

/** `channel` of @thi.ng/csp. */
export const contender: Contender = {
  name: '@thi.ng/csp',
  kind: 'peer',
  note: 'write() settles when the value is read, so a producer that awaits it never gets ahead',
  drives: {
    ...flow(open),
    ...pingPong(open),
    ...seq((capacity) => {
      const csp = channel<number>(capacity)
      return { trySend: (value) => csp.offer(value), tryReceive: () => csp.poll() }
    }),
    ...iterate((capacity) => {
      const csp = channel<number>(capacity)
      return { send: (value) => csp.write(value), close: () => csp.close(), values: csp }
    }),
  },
}
