import type { Contender } from '../contender.ts'
import { batch, flow, iterate, pingPong, seq } from '../topology.ts'

/** An array and an `await` per operation; who finds it empty looks again a microtask later. */
function open() {
  const values: number[] = []
  return {
    send: (value: number) => {
      values.push(value)
    },
    receive: async () => {
      while (values.length === 0) await undefined
      return values.shift()
    },
  }
}

/** What there is without a library: no bound, no waiting, no end. The floor of what `await` costs. */
export const contender: Contender = {
  name: 'plain-array',
  kind: 'baseline',
  note: 'no bound and no waiting: polls by microtasks, which starves timers and sockets',
  drives: {
    ...flow(open),
    ...pingPong(open),
    ...seq(() => {
      const values: number[] = []
      return { trySend: (value) => values.push(value) > 0, tryReceive: () => values.shift() }
    }),
    ...iterate(() => {
      const values: number[] = []
      let isClosed = false
      return {
        send: (value) => {
          values.push(value)
        },
        close: () => {
          isClosed = true
        },
        values: (async function* () {
          while (!isClosed || values.length > 0) {
            const value = values.shift()
            if (value === undefined) await undefined
            else yield value
          }
        })(),
      }
    }),
    ...batch(() => {
      let values: number[] = []
      return {
        send: (value) => {
          values.push(value)
        },
        receiveMany: async () => {
          while (values.length === 0) await undefined
          const taken = values
          values = []
          return taken
        },
      }
    }),
  },
}
