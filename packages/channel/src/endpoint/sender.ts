import {
  checkCount,
  refusal,
  rejectInTurn,
  resolveInTurn,
  turn,
  WAIT_OPTIONS,
  type WaitOptions,
} from '@millrace/notify'
import { refuseUndefined, type Value } from '@millrace/ring'
import type { Permit, Sender, SendOutcome, WeakSender } from '../api.ts'
import { ClosedError } from '../errors.ts'
import type { SelectCase } from '../select/api.ts'
import type { Core } from './core.ts'
import { ChannelEndpoint } from './endpoint.ts'
import { ChannelPermit } from './permit.ts'
import { SendCase } from './select-cases.ts'
import { type BulkSender, sendMany } from './send-many.ts'
import { ReserveWait, SendWait } from './waits.ts'

/** The send that did not wait, for everybody: nothing in it tells one from another. */
const SENT: Promise<void> = Promise.resolve()

/** The sending end of a channel. Contract and costs: `Sender`. */
export class ChannelSender<T extends Value> extends ChannelEndpoint<T> implements Sender<T>, BulkSender<T> {
  constructor(channel: Core<T>) {
    super(channel, 'sender')
  }

  send(value: T, options?: WaitOptions): Promise<void> {
    if (value === undefined) refuseUndefined()
    if (options !== undefined) {
      const refused = refusal(options, WAIT_OPTIONS)
      if (refused !== undefined) return refused
    }
    const outcome = this.disposed ? 'closed' : this.channel.trySend(value)
    if (outcome === 'sent') return turn() ?? SENT
    if (outcome === 'closed') return rejectInTurn(new ClosedError(value))
    return this.#sendFull(value, options)
  }

  trySend(value: T): SendOutcome {
    if (value === undefined) refuseUndefined()
    return this.disposed ? 'closed' : this.channel.trySend(value)
  }

  /** Sends the values at indexes `from` to below `to` for which there is room now; answers how many. */
  trySendMany(values: readonly T[], from: number, to: number): number {
    return this.disposed ? 0 : this.channel.trySendMany(values, from, to)
  }

  sendMany(values: Iterable<T>, options?: WaitOptions): Promise<number> {
    return sendMany(this, values, options)
  }

  reserve(options?: WaitOptions): Promise<Permit<T>> {
    return this.reserveMany(1, options).then(([permit]) => permit as Permit<T>)
  }

  reserveMany(count: number, options?: WaitOptions): Promise<Permit<T>[]> {
    const { channel } = this
    if (channel.capacity === 0) throw new TypeError('reserve: a rendezvous has no room to hold')
    checkCount('count', count, channel.capacity)
    const refused = refusal(options, WAIT_OPTIONS)
    if (refused !== undefined) return refused
    if (this.closed) return rejectInTurn(new ClosedError(undefined))
    const permits = () => Array.from({ length: count }, () => new ChannelPermit(channel))
    if (channel.tryHold(count)) return resolveInTurn(permits())
    if (this.closed) return rejectInTurn(new ClosedError(undefined)) // By an `onDrop` of this call.
    const wait = new ReserveWait<T>(this, count, () => channel.readmit())
    channel.parkSender(wait)
    if (options !== undefined) wait.limit(options)
    return wait.promise.then(permits)
  }

  case(value: T): SelectCase<'send', void> {
    if (value === undefined) refuseUndefined()
    return new SendCase(this.use('case'), this, value)
  }

  clone(): Sender<T> {
    return this.another(this.use('clone'))
  }

  downgrade(): WeakSender<T> {
    const channel = this.use('downgrade')
    return { upgrade: () => (channel.lifecycle.closed ? undefined : this.another(channel)) }
  }

  close(error?: unknown): void {
    if (!this.disposed) this.channel.close('sender', error)
  }

  /** A sender of the same kind. */
  protected another(channel: Core<T>): Sender<T> {
    return new ChannelSender(channel)
  }

  #sendFull(value: T, options: WaitOptions | undefined): Promise<void> {
    try {
      if (this.channel.overflowing(value) === 'dropped') return turn() ?? SENT
    } catch (error) {
      return rejectInTurn(error)
    }
    const wait = new SendWait(this, value)
    this.channel.parkSender(wait)
    if (options !== undefined) wait.limit(options)
    return wait.promise
  }
}
