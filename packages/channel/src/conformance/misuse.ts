import { show } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { ChannelOptions } from '../local/make.ts'
import { throws } from './check.ts'

/** A factory as `channel` of mpsc and mpmc: what it makes does not matter, since it must not. */
export type Factory = (options: ChannelOptions<Value>) => unknown

const NO_CAPACITIES: readonly unknown[] = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 30 + 1, '8', undefined]

/** What no factory may take, and what it says: the class and the words of the error. */
export const misuse: Record<string, (make: (options: unknown) => unknown) => void> = {
  'a capacity that is not an integer from 0 to 2 ** 30': (make) => {
    for (const capacity of NO_CAPACITIES) {
      throws(
        () => make({ capacity }),
        'RangeError',
        `capacity: expected an integer from 0 to 2 ** 30, got ${show(capacity)}`,
      )
    }
  },
  'options that are not an object': (make) => {
    throws(() => make(8), 'TypeError', 'options: expected { capacity }, got 8')
    throws(() => make(null), 'TypeError', 'options: expected { capacity }, got null')
    throws(() => make(undefined), 'TypeError', 'options: expected { capacity }, got undefined')
  },
  'an option that it does not know': (make) => {
    throws(() => make({ capacity: 1, overFlow: 'wait' }), 'TypeError', 'overFlow: no such option')
  },
  'an overflow that it does not know': (make) => {
    const words = 'overflow: expected wait, drop-oldest, drop-newest or reject, got "drop"'
    throws(() => make({ capacity: 1, overflow: 'drop' }), 'RangeError', words)
  },
  'a rendezvous that drops the oldest, since it holds nothing': (make) => {
    throws(() => make({ capacity: 0, overflow: 'drop-oldest' }), 'RangeError', 'overflow: a rendezvous')
  },
  'an onDrop that is not a function': (make) => {
    throws(() => make({ capacity: 1, onDrop: 5 }), 'TypeError', 'onDrop: expected a function, got 5')
  },
}
