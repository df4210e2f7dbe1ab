import { checkCount, refusal, resolveInTurn, WAIT_OPTIONS, type Waiter, type WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Receiver } from '../api.ts'
import type { SelectCase } from '../select/api.ts'
import type { Core } from './core.ts'
import { ChannelEndpoint } from './endpoint.ts'
import { iterate } from './iterate.ts'
import { ReceiveCase } from './select-cases.ts'
import { ReceiveMany, ReceiveOne, type ValueWait } from './waits.ts'

/** The receiving end of a channel. Contract and costs: `Receiver`. */
export class ChannelReceiver<T extends Value> extends ChannelEndpoint<T> implements Receiver<T> {
  constructor(channel: Core<T>) {
    super(channel, 'receiver')
  }

  receive(options?: WaitOptions): Promise<T | undefined> {
    if (options !== undefined) {
      const refused = refusal(options, WAIT_OPTIONS)
      if (refused !== undefined) return refused
    }
    const value = this.#take()
    return value === undefined ? this.wait(new ReceiveOne<T>(this), options).promise : resolveInTurn(value)
  }

  tryReceive(): T | undefined {
    const value = this.#take()
    if (value === undefined && !this.disposed) {
      const error = this.channel.end?.error
      if (error !== undefined) throw error
    }
    return value
  }

  receiveMany(max: number, options?: WaitOptions): Promise<T[]> {
    checkCount('max', max)
    if (options !== undefined) {
      const refused = refusal(options, WAIT_OPTIONS)
      if (refused !== undefined) return refused
    }
    const values = this.#takeMany(max)
    return values === undefined
      ? this.wait(new ReceiveMany<T, T[]>(this, max, []), options).promise
      : resolveInTurn(values)
  }

  batches(max: number): AsyncIterable<T[]> {
    checkCount('max', max)
    const take = () => this.#takeMany(max)
    const wait = () => this.wait(new ReceiveMany<T, undefined>(this, max, undefined))
    return { [Symbol.asyncIterator]: () => iterate<T[]>(take, wait) }
  }

  case(): SelectCase<'receive', T | undefined> {
    return new ReceiveCase(this.use('case'), this)
  }

  close(): void {
    if (!this.disposed) this.channel.close('receiver', undefined)
  }

  [Symbol.asyncIterator](): AsyncIterator<T, void, undefined> {
    return iterate<T>(
      () => this.#take(),
      () => this.wait(new ReceiveOne(this)),
    )
  }

  #take(): T | undefined {
    return this.disposed ? undefined : this.channel.take()
  }

  #takeMany(max: number): T[] | undefined {
    const values = this.disposed ? [] : this.channel.takeMany(max)
    return values.length === 0 ? undefined : values
  }

  /** Waits for what was looked for in vain, or ends at once if there is nothing to wait for. */
  protected wait<W extends ValueWait<T> & Pick<Waiter<unknown>, 'limit'>>(wait: W, options?: WaitOptions): W {
    const end = this.disposed ? { error: undefined } : this.channel.end
    if (end === undefined) {
      this.channel.parkReceiver(wait)
      if (options !== undefined) wait.limit(options)
    } else if (end.error === undefined) wait.end()
    else wait.fail(end.error)
    return wait
  }
}
