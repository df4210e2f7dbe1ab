import type { Value } from '@millrace/ring'
import type { Receiver } from '../api.ts'
import { select } from './select.ts'

/**
 * The values of several receivers as they come, for `for await`; none of them starves. Ends when all are closed and
 * drained, rejects with the error the first of them was closed with. Leaving the loop leaves the receivers open.
 *
 * @example
 * import { boundedChannel, LocalReceiver, LocalSender, merge } from '@millrace/channel'
 *
 * const receivers = ['green', 'black'].map((leaf) => {
 *   const local = boundedChannel<string>({ capacity: 1 })
 *   const sender = new LocalSender(local)
 *   sender.trySend(leaf)
 *   sender.close()
 *   return new LocalReceiver(local)
 * })
 * const leaves: string[] = []
 * for await (const leaf of merge(receivers)) leaves.push(leaf)
 * leaves.sort() // => ['black', 'green']
 */
export async function* merge<T extends Value>(receivers: Iterable<Receiver<T>>): AsyncGenerator<T, void, undefined> {
  const open = [...receivers]
  while (open.length > 0) {
    const { index, value } = await select(open.map((receiver) => receiver.case()))
    if (value === undefined) open.splice(index, 1)
    else yield value
  }
}
