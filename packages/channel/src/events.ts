import { checkCount, checkNames, checkWaitOptions, show } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Overflow, OverflowOptions, Receiver } from './api.ts'
import { ChannelReceiver } from './endpoint/receiver.ts'
import { ChannelSender } from './endpoint/sender.ts'
import { failureOf } from './failure.ts'
import { boundedChannel } from './local/make.ts'
import { LARGEST_CAPACITY } from './options.ts'

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
  /** The names of events that end it. Default: none. */
  readonly end?: readonly string[] | undefined
  /** Ends it, with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** What may be asked to emit no more for now. */
type Paced = { pause?(): unknown; resume?(): unknown }

/**
 * The events of one name as values: the first argument of an EventEmitter's (`null` if it has none), the event of an
 * EventTarget's.
 *
 * Events cannot wait. With overflow `"wait"` (the default) a source that has `pause` and `resume`, like a stream or a
 * readline, is paused while the channel is full, and a source without throws `TypeError`: choose what to drop. What it emits although
 * it is paused waits for room beyond the capacity, however much that is: a readline finishes the chunk it has read, of
 * up to 64 KiB.
 *
 * The events of `end`, the event `error` of an emitter (with its error) and the signal end it: it stops listening at once, and
 * closes when all that came before is in the channel. Closing or disposing the receiver stops listening and drops what waits for
 * room. Misuse throws `TypeError` or `RangeError` and listens to nothing.
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
  source: EventSource & Paced,
  name: string,
  options: EventOptions<T>,
): Receiver<T> {
  checkNames(options, ['capacity', 'overflow', 'onDrop', 'end', 'signal'])
  const { end = [], signal, ...rest } = options
  checkSource(source, name, rest.overflow ?? 'wait')
  checkCount('capacity', rest.capacity, LARGEST_CAPACITY)
  checkEnd(end)
  checkWaitOptions({ signal })
  const local = boundedChannel<T>(rest)
  const intake = new Intake(new ChannelSender(local), local.overflow === 'wait' ? source : {})
  const onAbort = (): void => intake.end(failureOf(signal?.reason, 'the signal was aborted'))
  const stops = [
    listen(source, name, (event) => intake.accept((event === undefined ? null : event) as T)),
    ...end.map((endName) => listen(source, endName, () => intake.end())),
    'on' in source ? listen(source, 'error', (error) => intake.end(failureOf(error, 'the source failed'))) : undefined,
    () => signal?.removeEventListener('abort', onAbort),
  ]
  intake.whenEnded = () => {
    for (const stop of stops.splice(0)) stop?.()
  }
  signal?.addEventListener('abort', onAbort)
  if (signal?.aborted) onAbort()
  void local.lifecycle.whenClosed().then(() => intake.whenEnded())
  return new ChannelReceiver(local)
}

/**
 * Where events go in.
 *
 * INVARIANT  once it has ended nothing more is accepted, and the channel closes behind the last of those that wait for room.
 * INVARIANT  a source is paused from the event that fills the channel until nothing waits for room and there is some.
 */
class Intake<T extends Value> {
  whenEnded: () => void = () => {}
  readonly #sender: ChannelSender<T>
  readonly #source: Paced
  /** How many sends wait for room, and the last of them. */
  #waiting = 0
  #last: Promise<void> | undefined
  #ended = false
  #paused = false

  constructor(sender: ChannelSender<T>, source: Paced) {
    this.#sender = sender
    this.#source = source
  }

  accept(event: T): void {
    if (this.#ended || this.#sender.closed) return
    if (this.#waiting > 0 || this.#sender.trySend(event) === 'full') this.#wait(event)
    if (this.#source.pause !== undefined && !this.#paused && this.#sender.free === 0) void this.#pace()
  }

  end(error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.whenEnded()
    const close = (): void => this.#sender.close(error)
    if (this.#waiting === 0) close()
    else void this.#last?.then(close)
  }

  /** Sends as the overflow says. It fails only for a close by the receiver, which wants no more events. */
  #wait(event: T): void {
    this.#waiting++
    const settled = (): void => void this.#waiting--
    this.#last = this.#sender.send(event).then(settled, settled)
  }

  async #pace(): Promise<void> {
    this.#paused = true
    try {
      this.#source.pause?.()
      do (await this.#sender.reserve())[Symbol.dispose]()
      while (this.#waiting > 0)
      this.#paused = false
      if (!this.#ended) this.#source.resume?.()
    } catch (error) {
      this.end(failureOf(error, 'the source failed')) // Closed by the receiver, or a source that is too late to be paced.
    }
  }
}

function checkSource(source: EventSource & Paced, name: string, overflow: Overflow): void {
  const { on, off, addEventListener } = Object(source) as Record<string, unknown>
  if ((typeof on !== 'function' || typeof off !== 'function') && typeof addEventListener !== 'function') {
    throw new TypeError(`source: expected an EventEmitter or an EventTarget, got ${show(source)}`)
  }
  if (typeof name !== 'string') throw new TypeError(`name: expected a string, got ${show(name)}`)
  if (overflow === 'reject') throw new RangeError('overflow: events have nobody to reject')
  if (overflow === 'wait' && (typeof source.pause !== 'function' || typeof source.resume !== 'function')) {
    throw new TypeError('overflow: this source cannot be paused, so "wait" is not possible; choose what to drop')
  }
}

function checkEnd(end: readonly string[]): void {
  if (Array.isArray(end) && end.every((name) => typeof name === 'string')) return
  throw new TypeError(`end: expected an array of names, got ${show(end)}`)
}

function listen(source: EventSource, name: string, listener: (event: unknown) => void): () => void {
  if ('on' in source) {
    source.on(name, listener)
    return () => source.off(name, listener)
  }
  source.addEventListener(name, listener as EventListener)
  return () => source.removeEventListener(name, listener as EventListener)
}
