import type { Value } from '@millrace/ring'
import type { Receiver } from '../api.ts'
import { select } from './select.ts'

/**
 * The values of several receivers as they come, for `for await`; none of them starves. Ends when all are closed and
 * drained, rejects with the error the first of them was closed with. Leaving the loop leaves the receivers open.
 *
 * @example
 * import { boundedChannel, ChannelReceiver, ChannelSender, merge } from '@millrace/channel'
 *
 * const receivers = ['green', 'black'].map((leaf) => {
 *   const local = boundedChannel<string>({ capacity: 1 })
 *   const sender = new ChannelSender(local)
 *   sender.trySend(leaf)
 *   sender.close()
 *   return new ChannelReceiver(local)
 * })
 * const leaves: string[] = []
 * for await (const leaf of merge(receivers)) leaves.push(leaf)
 * leaves.sort() // => ['black', 'green']
 */
export function merge<T extends Value>(receivers: Iterable<Pick<Receiver<T>, 'case'>>): AsyncIterableIterator<T> {
  const open = Array.from(receivers, (receiver) => receiver.case())
  const left = new AbortController()
  const end = { done: true, value: undefined } as const

  async function next(): Promise<IteratorResult<T, void>> {
    while (open.length > 0 && !left.signal.aborted) {
      const { index, kind, value } = await select([...open, left.signal])
      if (kind === 'signal') break
      if (value !== undefined) return { done: false, value: value as T }
      open.splice(index, 1)
    }
    return end
  }

  return {
    next,
    return() {
      left.abort()
      return Promise.resolve(end)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
