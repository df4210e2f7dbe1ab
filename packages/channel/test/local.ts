import { arrayRing, type Ring } from '@millrace/ring'
import { LocalChannel, LocalReceiver, LocalSender, type Value } from '../src/index.ts'

/** A local channel over the given ring, bare of the packages that offer it. */
export function local<T extends Value>(ring: Ring<T>): { sender: LocalSender<T>; receiver: LocalReceiver<T> } {
  const channel = new LocalChannel(ring)
  return { sender: new LocalSender(channel), receiver: new LocalReceiver(channel) }
}

/** The same with a ring of its own. */
export function channel<T extends Value>({ capacity }: { capacity: number }): ReturnType<typeof local<T>> {
  return local(arrayRing<T>(capacity))
}

/** Resolves when everything that can run has run. */
export async function idle(): Promise<void> {
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve))
}
