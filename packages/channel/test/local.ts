import type { Ring } from '@millrace/ring'
import {
  boundedChannel,
  type ChannelOptions,
  ChannelReceiver,
  ChannelSender,
  LocalChannel,
  type Value,
} from '../src/index.ts'

/** The two ends of a local channel, bare of the packages that offer it. */
export function ends<T extends Value>(
  local: LocalChannel<T>,
): { sender: ChannelSender<T>; receiver: ChannelReceiver<T> } {
  return { sender: new ChannelSender(local), receiver: new ChannelReceiver(local) }
}

/** The same over a given ring. */
export function over<T extends Value>(ring: Ring<T>): ReturnType<typeof ends<T>> {
  return ends(new LocalChannel(ring, ring.capacity))
}

/** A bounded channel. */
export function channel<T extends Value>(options: ChannelOptions<T>): ReturnType<typeof ends<T>> {
  return ends(boundedChannel(options))
}

/** Resolves when everything that can run has run. */
export async function idle(): Promise<void> {
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve))
}
