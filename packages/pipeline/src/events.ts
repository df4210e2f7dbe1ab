import { channel } from '@millrace/mpsc'
import { show } from '@millrace/notify'
import { checkCount, checkOptions } from './options.ts'

/** Something that tells of events: an EventEmitter, or an EventTarget. */
export type EventSource =
  | { on(name: never, listener: never): unknown; off(name: never, listener: never): unknown }
  | { addEventListener(name: never, listener: never): void; removeEventListener(name: never, listener: never): void }

/** How events are kept until they are taken. An emitter cannot be made to wait. */
export interface EventOptions {
  /** So many events are kept; 1,024 if not given. */
  readonly capacity?: number | undefined
  /** What happens to one more: it takes the place of the oldest (if not given), is dropped, or fails the run. */
  readonly overflow?: 'drop-oldest' | 'drop-newest' | 'fail' | undefined
  /** The event that ends the items; they go on until the run ends if not given. */
  readonly until?: string | undefined
}

/**
 * The events of an emitter as a source: each item is the array of what the listener was given. An event `error` of an EventEmitter fails
 * the run. Listeners are there from the first item asked for until the end: what is told before is not heard, and nothing if the run
 * fails before it begins.
 *
 * Throws `TypeError` or `RangeError` for a wrong emitter or option.
 *
 * @example
 * import { EventEmitter } from 'node:events'
 * import { from, fromEvents } from '@millrace/pipeline'
 *
 * const emitter = new EventEmitter()
 * const all = from(fromEvents<[number]>(emitter, 'tick', { until: 'end' })).map(([n]) => n * 2).toArray()
 * setImmediate(() => {
 *   for (const n of [1, 2]) emitter.emit('tick', n)
 *   emitter.emit('end')
 * })
 * await all // => [2, 4]
 */
export function fromEvents<Args extends readonly unknown[]>(
  emitter: EventSource,
  name: string,
  options?: EventOptions,
): AsyncIterable<Args> {
  checkOptions('fromEvents', options, ['capacity', 'overflow', 'until'])
  const { capacity = 1_024, overflow = 'drop-oldest', until } = options ?? {}
  const given = Object(emitter) as Record<string, unknown> & Record<Method, (event: string, hear: Listener) => void>
  const isNode = typeof given['on'] === 'function' && typeof given['off'] === 'function'
  if (!isNode && typeof given['addEventListener'] !== 'function') {
    throw new TypeError(`fromEvents: expected an EventEmitter or an EventTarget, got ${show(emitter)}`)
  }
  if (typeof name !== 'string') throw new TypeError(`fromEvents: name: expected a string, got ${show(name)}`)
  if (until !== undefined && typeof until !== 'string') {
    throw new TypeError(`fromEvents: until: expected a string, got ${show(until)}`)
  }
  if (!['drop-oldest', 'drop-newest', 'fail'].includes(overflow)) {
    throw new TypeError(`fromEvents: overflow: expected 'drop-oldest', 'drop-newest' or 'fail', got ${show(overflow)}`)
  }
  checkCount('fromEvents: capacity', capacity, 1)
  const add = (event: string, hear: Listener): void => void given[isNode ? 'on' : 'addEventListener'](event, hear)
  const remove = (event: string, hear: Listener): void =>
    void given[isNode ? 'off' : 'removeEventListener'](event, hear)
  return { [Symbol.asyncIterator]: () => events<Args>({ add, remove, name, until, capacity, overflow, isNode }) }
}

type Listener = (...args: unknown[]) => void
type Method = 'on' | 'off' | 'addEventListener' | 'removeEventListener'

interface Plan {
  readonly add: (event: string, hear: Listener) => void
  readonly remove: (event: string, hear: Listener) => void
  readonly name: string
  readonly until: string | undefined
  readonly capacity: number
  readonly overflow: 'drop-oldest' | 'drop-newest' | 'fail'
  readonly isNode: boolean
}

function events<Args>({ add, remove, name, until, capacity, overflow, isNode }: Plan): AsyncIterator<Args> {
  const { sender, receiver } = channel<Args & object>({ capacity, overflow: overflow === 'fail' ? 'reject' : overflow })
  const listeners: [event: string, hear: Listener][] = [[name, (...args) => keep(args as Args & object)]]
  if (until !== undefined) listeners.push([until, () => end()])
  if (isNode) listeners.push(['error', (error) => end(error ?? new Error('the emitter told of an error'))])
  const end = (error?: unknown): void => {
    for (const [event, hear] of listeners) remove(event, hear)
    sender.close(error)
  }
  const keep = (args: Args & object): void => {
    if (sender.trySend(args) === 'full' && overflow === 'fail')
      end(new Error(`fromEvents: ${capacity} events of ${name} were not taken in time`))
  }
  for (const [event, hear] of listeners) add(event, hear)
  return {
    async next() {
      const value = await receiver.receive()
      return value === undefined ? { done: true, value: undefined } : { done: false, value }
    },
    async return() {
      end()
      receiver.close()
      return { done: true, value: undefined }
    },
  }
}
