import type { Permit, Sender, Value } from '@millrace/mpsc'
import { abortError } from './failure.ts'
import type { Tracked } from './lineage/lineage.ts'
import { Meter } from './meter.ts'
import type { Downstream, Host, Leaving } from './plan.ts'

/** Where results leave the run. */
export interface Output extends Downstream {
  /** Whether every item that it took has left the run. */
  readonly isEmpty: boolean
  /** Takes an item, if it can at once; only when there is room. */
  offer(item: unknown): boolean
  /** Takes the next item of `from` when it can; there is one, and it was offered. Has no room until then. */
  await(from: Leaving): void
  /** From now on it is given tracked items; `leave` makes a plain one of each when it leaves the run. */
  track(leave: (item: unknown) => unknown): void
  /** The run has failed and nothing of it works any more. */
  fail(error: unknown): void
}

/**
 * An output that is a channel with room for one.
 *
 * INVARIANT  a result that waits for room in the channel is still counted by the stage it comes from, and leaves it when it is
 *            sent. So the channel's one place is all that a run holds beside its stages.
 */
export class ChannelOutput implements Output {
  readonly meter: Meter
  readonly #sender: Sender<Value>
  readonly #host: Host
  #waits = false
  #leave: ((item: unknown) => unknown) | undefined
  #hasEnded = false

  constructor(sender: Sender<Value>, host: Host) {
    this.meter = new Meter('output', 1, 1, host.stopwatch)
    this.#sender = sender
    this.#host = host
    // Also when no result comes that would find it closed: the source may be silent for ever.
    void sender.whenClosed().then(this.#left)
  }

  /** What lies in the channel is its consumer's. */
  get isEmpty(): boolean {
    return true
  }

  get room(): boolean {
    return !this.#waits
  }

  offer(item: unknown): boolean {
    const outcome = this.#sender.trySend(this.#plain(item))
    if (outcome === 'closed') this.#left()
    if (outcome !== 'sent') return false
    this.meter.started()
    this.meter.passed()
    this.#leave?.(item)
    return true
  }

  track(leave: (item: unknown) => unknown): void {
    this.#leave = leave
  }

  #plain(item: unknown): Value {
    return (this.#leave === undefined ? item : (item as Tracked).value) as Value
  }

  /**
   * Waits with the item, or only for room if the item may be dropped until then, or be settled since the run fails. Closing rejects
   * either, and is heard of anyway.
   */
  await(from: Leaving): void {
    this.#waits = true
    this.meter.started()
    const sent = (): void => {
      this.#host.stopwatch.glance()
      this.#waits = false
      this.meter.passed()
      const item = from.take()
      this.#leave?.(item)
      this.#host.proceed()
    }
    if (from.mayDrop || this.#leave !== undefined) {
      const send = (permit: Permit<Value>): void => {
        if (this.#host.signal.aborted) permit[Symbol.dispose]()
        else {
          permit.send(this.#plain(from.peek()))
          sent()
        }
      }
      this.#sender.reserve().then(send).catch(this.#left)
    } else this.#sender.send(this.#plain(from.peek())).then(sent, this.#left)
  }

  end(): void {
    this.#hasEnded = true
    this.#sender.close()
  }

  fail(error: unknown): void {
    // A channel closed with `undefined` would end well; `done` still rejects with what was thrown.
    this.#sender.close(error === undefined ? new Error('the pipeline failed with undefined') : error)
  }

  readonly #left = (): void => {
    if (!this.#hasEnded) this.#host.fail(abortError('The output of the pipeline was closed by its receiver'))
  }
}

/** An output that hands each result to a function, at once. */
export class SinkOutput implements Output {
  readonly meter: Meter
  #sink: (item: unknown) => void

  constructor(sink: (item: unknown) => void, host: Host) {
    this.meter = new Meter('output', 1, 1, host.stopwatch)
    this.#sink = sink
  }

  get isEmpty(): boolean {
    return true
  }

  get room(): boolean {
    return true
  }

  offer(item: unknown): boolean {
    this.#sink(item)
    this.meter.started()
    this.meter.passed()
    return true
  }

  track(leave: (item: unknown) => unknown): void {
    const sink = this.#sink
    this.#sink = (item) => sink(leave(item))
  }

  await(): void {}

  end(): void {}

  fail(): void {}
}
