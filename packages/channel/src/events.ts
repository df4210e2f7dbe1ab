import { checkCount } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Overflow, OverflowOptions, Receiver } from './api.ts'
import { ChannelReceiver } from './endpoint/receiver.ts'
import { ChannelSender } from './endpoint/sender.ts'
import { boundedChannel, LARGEST_CAPACITY } from './local/make.ts'

/** What events come from: Node's EventEmitter, or an EventTarget. */
export type EventSource =
  | {
      on(name: string, listener: (...args: unknown[]) => void): unknown
      off(name: string, listener: (...args: unknown[]) => void): unknown
    }
  | EventTarget

/** How events become values. With overflow `"reject"` there would be nobody to reject, so there is none here. */
export interface EventOptions<T extends Value> extends OverflowOptions<T> {
  /** What becomes of an event that finds the channel full. Default: `"wait"`, which takes a source that can be paused. */
  readonly overflow?: Exclude<Overflow, 'reject'> | undefined
  /** The most events that wait: an integer from 1. */
  readonly capacity: number
  /** Events that close the channel. Default: none. */
  readonly end?: readonly string[] | undefined
  /** Stops listening and closes the channel, with the reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The events of one name as values: the first argument of an EventEmitter's (`null` if it has none), the event of an
 * EventTarget's.
 *
 * Events cannot wait. With overflow `"wait"` (the default) a source that has `pause` and `resume`, like a stream or a
 * readline, is paused while the channel is full, and a source without throws `TypeError`: choose what to drop. The
 * event `error` of an emitter closes the channel with it. Closing or disposing the receiver stops listening.
 *
 * @example
 * import { EventEmitter } from 'node:events'
 * import { fromEvents } from '@millrace/channel/events'
 *
 * const kettle = new EventEmitter()
 * const receiver = fromEvents<string>(kettle, 'whistle', { capacity: 8, overflow: 'drop-oldest', end: ['cold'] })
 * kettle.emit('whistle', 'loud')
 * kettle.emit('cold')
 * await receiver.receive() // => 'loud'
 * await receiver.receive() // => undefined
 */
export function fromEvents<T extends Value>(
  source: EventSource & { pause?(): unknown; resume?(): unknown },
  name: string,
  { end = [], signal, ...options }: EventOptions<T>,
): Receiver<T> {
  checkCount('capacity', options.capacity, LARGEST_CAPACITY)
  if ((options.overflow as Overflow) === 'reject') throw new RangeError('overflow: events have nobody to reject')
  const local = boundedChannel<T>(options)
  const paces = local.overflow === 'wait'
  if (paces && (typeof source.pause !== 'function' || typeof source.resume !== 'function')) {
    throw new TypeError('overflow: this source cannot be paused, so "wait" is not possible; choose what to drop')
  }
  const sender = new ChannelSender(local)
  let paused = false
  const onEvent = (event: T | undefined = null as T): void => {
    sender.send(event).catch(() => {}) // rejected by a close that has not stopped the events yet
    if (!paces || paused || local.free > 0) return
    paused = true
    source.pause?.()
    sender.reserve().then(
      (permit) => {
        paused = false
        permit[Symbol.dispose]()
        source.resume?.()
      },
      () => {}, // closed: nobody is left to resume for
    )
  }
  const onEnd = (): void => sender.close()
  const onError = (error: unknown): void => sender.close(error)
  const onAbort = (): void => sender.close(signal?.reason)
  const stops = [
    listen(source, name, onEvent as (event: unknown) => void),
    ...end.map((endName) => listen(source, endName, onEnd)),
    'on' in source ? listen(source, 'error', onError) : undefined,
  ]
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort)
  void local.lifecycle.whenClosed().then(() => {
    for (const stop of stops) stop?.()
    signal?.removeEventListener('abort', onAbort)
  })
  return new ChannelReceiver(local)
}

function listen(source: EventSource, name: string, listener: (event: unknown) => void): () => void {
  if ('on' in source) {
    source.on(name, listener)
    return () => source.off(name, listener)
  }
  source.addEventListener(name, listener as EventListener)
  return () => source.removeEventListener(name, listener as EventListener)
}
