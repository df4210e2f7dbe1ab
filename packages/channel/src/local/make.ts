import { checkNames, show } from '@millrace/notify'
import { arrayRing, segmentRing, type Value } from '@millrace/ring'
import type { OverflowOptions } from '../api.ts'
import { checkOnDrop, checkOverflow, LARGEST_CAPACITY } from '../options.ts'
import { LocalChannel } from './channel.ts'

/** What a bounded channel is made with. */
export interface ChannelOptions<T extends Value> extends OverflowOptions<T> {
  /** The most values that wait in the channel: an integer from 0 to 2 ** 30. 0 makes a rendezvous, where a send waits until its value is received. */
  readonly capacity: number
}

/** The state of a bounded channel, or of a rendezvous. Throws for options that make none, naming the option and the value. */
export function boundedChannel<T extends Value>(options: ChannelOptions<T>): LocalChannel<T> {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options: expected { capacity }, got ${show(options)}`)
  }
  checkNames(options, ['capacity', 'overflow', 'onDrop'])
  const { capacity, overflow = 'wait', onDrop } = options
  if (!Number.isInteger(capacity) || capacity < 0 || capacity > LARGEST_CAPACITY) {
    throw new RangeError(`capacity: expected an integer from 0 to 2 ** 30, got ${show(capacity)}`)
  }
  checkOverflow(overflow)
  if (capacity === 0 && overflow === 'drop-oldest') {
    throw new RangeError('overflow: a rendezvous (capacity 0) holds nothing, so drop-oldest has nothing to drop')
  }
  checkOnDrop(onDrop)
  return new LocalChannel(arrayRing<T>(LARGEST_CAPACITY), capacity, { overflow, onDrop })
}

/** The state of an unbounded channel. */
export function unboundedChannel<T extends Value>(options: Pick<OverflowOptions<T>, 'onDrop'> = {}): LocalChannel<T> {
  checkNames(options, ['onDrop'])
  const { onDrop } = options
  checkOnDrop(onDrop)
  return new LocalChannel(segmentRing<T>(), Number.POSITIVE_INFINITY, { onDrop })
}
