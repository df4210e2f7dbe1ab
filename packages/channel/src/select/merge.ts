import { show } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Receiver } from '../api.ts'
import { inTurn } from '../in-turn.ts'
import type { SelectCase } from './api.ts'
import { select } from './select.ts'

/**
 * The values of several receivers as they come, for `for await`; none of them starves. Ends when all are closed and
 * drained, rejects with the error the first of them was closed with. Calls of `next` that wait together are served in their order.
 * Leaving the loop, also in mid-wait, takes nothing and leaves the receivers open. Throws `TypeError` for what is no list of receivers.
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
  const open = casesOf(receivers)
  return inTurn(async (left) => {
    while (open.length > 0) {
      const { index, value } = await select(open, { signal: left })
      if (value !== undefined) return value
      open.splice(index, 1)
    }
    return undefined
  })
}

function casesOf<T extends Value>(
  receivers: Iterable<Pick<Receiver<T>, 'case'>>,
): SelectCase<'receive', T | undefined>[] {
  if (typeof receivers?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`receivers: expected an iterable, got ${show(receivers)}`)
  }
  return Array.from(receivers, (receiver) => {
    if (typeof receiver?.case === 'function') return receiver.case()
    throw new TypeError(`receivers: expected a receiver, got ${show(receiver)}`)
  })
}
