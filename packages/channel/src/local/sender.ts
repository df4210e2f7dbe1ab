import type { WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Permit, Sender, SendOutcome, WeakSender } from '../api.ts'
import { ClosedError, FullError } from '../errors.ts'
import type { SelectCase } from '../select/api.ts'
import { turn } from '../turn.ts'
import type { LocalChannel } from './channel.ts'
import { checkCount, refusal, refuseUndefined } from './check.ts'
import { LocalEndpoint } from './endpoint.ts'
import { LocalPermit } from './permit.ts'
import { SendCase } from './select-cases.ts'
import { sendMany } from './send-many.ts'
import { ReserveWait, SendWait } from './waits.ts'

/** The send that did not wait, for everybody: nothing in it tells one from another. */
const SENT: Promise<void> = Promise.resolve()

/** The sending end of a local channel. Contract and costs: `Sender`. */
export class LocalSender<T extends Value> extends LocalEndpoint<T> implements Sender<T> {
  constructor(channel: LocalChannel<T>) {
    super(channel, 'sender')
  }

  send(value: T, options?: WaitOptions): Promise<void> {
    if (value === undefined) refuseUndefined()
    if (options !== undefined) {
      const refused = refusal(options)
      if (refused !== undefined) return refused
    }
    const outcome = this.disposed ? 'closed' : this.channel.trySend(value)
    if (outcome === 'sent') return turn() ?? SENT
    if (outcome === 'closed') return Promise.reject(new ClosedError(value))
    return this.#sendFull(value, options)
  }

  trySend(value: T): SendOutcome {
    if (value === undefined) refuseUndefined()
    return this.disposed ? 'closed' : this.channel.trySend(value)
  }

  sendMany(values: Iterable<T>, options?: WaitOptions): Promise<number> {
    return sendMany(this, values, options)
  }

  reserve(options?: WaitOptions): Promise<Permit<T>> {
    return this.reserveMany(1, options).then(([permit]) => permit as Permit<T>)
  }

  reserveMany(count: number, options?: WaitOptions): Promise<Permit<T>[]> {
    if (this.capacity === 0) throw new TypeError('reserve: a rendezvous has no room to hold')
    checkCount('count', count, this.capacity)
    if (options !== undefined) {
      const refused = refusal(options)
      if (refused !== undefined) return refused
    }
    if (this.closed) return Promise.reject(new ClosedError(undefined))
    const { channel } = this
    const permits = () => Array.from({ length: count }, () => new LocalPermit(channel))
    if (channel.tryHold(count)) return Promise.resolve(permits())
    const wait = new ReserveWait<T>(count, () => channel.readmit())
    channel.parkSender(wait)
    if (options !== undefined) wait.limit(options)
    return wait.promise.then(permits)
  }

  case(value: T): SelectCase<'send', void> {
    if (value === undefined) refuseUndefined()
    return new SendCase(this.share(), value)
  }

  clone(): Sender<T> {
    return new LocalSender(this.share())
  }

  downgrade(): WeakSender<T> {
    const channel = this.share()
    return { upgrade: () => (channel.closedBy === undefined ? new LocalSender(channel) : undefined) }
  }

  close(error?: unknown): void {
    this.channel.close('sender', error)
  }

  /** What a send does when the channel is full: the overflow decides. */
  #sendFull(value: T, options: WaitOptions | undefined): Promise<void> {
    const { overflow } = this.channel
    if (overflow === 'reject') return Promise.reject(new FullError(value))
    if (overflow !== 'wait') {
      this.channel.dropNewest(value)
      return turn() ?? SENT
    }
    const wait = new SendWait(value)
    this.channel.parkSender(wait)
    if (options !== undefined) wait.limit(options)
    return wait.promise
  }
}
