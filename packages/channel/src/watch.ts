import { notify, refusal, resolveInTurn, WAIT_OPTIONS, type WaitOptions } from '@millrace/notify'
import { refuseUndefined, type Value } from '@millrace/ring'
import { inTurn } from './in-turn.ts'

/** The end that sets the value. */
export interface WatchSender<T extends Value> extends Disposable {
  /** The latest value. */
  readonly value: T
  /** Nothing more can be sent. */
  readonly closed: boolean
  /** Replaces the value and wakes everybody who waits for a change. Answers `false` on a closed watch, which keeps its value. */
  send(value: T): boolean
  /** Closes: those who have seen the last value get the end. Dispose does the same. */
  close(): void
}

/**
 * One observer of a value. Iterating gives what `changed` gives: the latest value after each change; what came between is
 * skipped. Leaving the iterator ends it at once, also in mid-wait.
 */
export interface WatchReceiver<T extends Value> extends AsyncIterable<T> {
  /** The latest value; reading it does not count as seeing it. */
  readonly value: T
  /** Nothing more will come after the latest value. */
  readonly closed: boolean
  /** Waits until there is a value this observer has not seen, and sees it; `undefined` once there will be none. Calls that wait together see the same change. */
  changed(options?: WaitOptions): Promise<T | undefined>
  /** Another observer, that has seen what this one has. */
  clone(): WatchReceiver<T>
}

/** A value and its observers. */
export interface Watch<T extends Value> {
  /** Sets the value. */
  readonly sender: WatchSender<T>
  /** Observes it; it has not seen the first value. */
  readonly receiver: WatchReceiver<T>
}

/** One value, and how often it was set. INVARIANT  `changes` is raised before those who wait are woken. */
class LocalWatch<T extends Value> implements WatchSender<T> {
  readonly change = notify()
  value: T
  changes = 1
  closed = false

  constructor(value: T) {
    this.value = value
  }

  send(value: T): boolean {
    if (value === undefined) refuseUndefined()
    if (this.closed) return false
    this.value = value
    this.changes++
    this.change.notifyAll()
    return true
  }

  close(): void {
    this.closed = true
    this.change.notifyAll()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

class LocalWatchReceiver<T extends Value> implements WatchReceiver<T> {
  readonly #watch: LocalWatch<T>
  #seen: number

  constructor(watch: LocalWatch<T>, seen: number) {
    this.#watch = watch
    this.#seen = seen
  }

  get value(): T {
    return this.#watch.value
  }

  get closed(): boolean {
    return this.#watch.closed
  }

  changed(options?: WaitOptions): Promise<T | undefined> {
    const refused = refusal(options, WAIT_OPTIONS)
    if (refused !== undefined) return refused
    const watch = this.#watch
    const seen = this.#seen
    const see = (): T | undefined => {
      if (seen === watch.changes) return undefined
      this.#seen = watch.changes
      return watch.value
    }
    if (seen === watch.changes && !watch.closed) return watch.change.wait(options).then(see)
    return resolveInTurn(see())
  }

  clone(): WatchReceiver<T> {
    return new LocalWatchReceiver(this.#watch, this.#seen)
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, void, undefined> {
    return inTurn((left) => this.changed({ signal: left }))
  }
}

/**
 * Makes a watch: one value that changes, for observers who care for the latest only.
 *
 * @example
 * import { watch } from '@millrace/channel/watch'
 *
 * const { sender, receiver } = watch<string>('cold')
 * sender.send('warm')
 * sender.send('hot')
 * await receiver.changed() // => 'hot'
 * sender.close()
 * await receiver.changed() // => undefined
 */
export function watch<T extends Value>(value: T): Watch<T> {
  if (value === undefined) refuseUndefined()
  const local = new LocalWatch<T>(value)
  return { sender: local, receiver: new LocalWatchReceiver(local, 0) }
}
