import { Chan } from 'ts-chan'
import type { Contender } from '../contender.ts'
import { type Drives, flow, iterate, pingPong } from '../topology.ts'

/** The drives of a `Chan`, as it is or with `unsafe` set. */
export function chanDrives(unsafe: boolean): Drives {
  const make = (capacity: number): Chan<number> => new Chan<number>(capacity).setUnsafe(unsafe)
  const open = (capacity: number) => {
    const chan = make(capacity)
    return {
      send: (value: number) => chan.send(value),
      receive: async (): Promise<number | undefined> => (await chan.recv()).value,
    }
  }
  return {
    ...flow(open),
    ...pingPong(open),
    ...iterate((capacity) => {
      const chan = make(capacity)
      return { send: (value) => chan.send(value), close: () => chan.close(), values: chan }
    }),
  }
}

/** `Chan` of ts-chan. */
export const contender: Contender = {
  name: 'ts-chan',
  kind: 'peer',
  note: 'gives way to timers and sockets again and again, by design',
  drives: chanDrives(false),
}
