import { checkCount, refusal, rejectInTurn, resolveInTurn, type WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Receiver } from '../api.ts'
import type { SelectCase } from '../select/api.ts'
import type { Core } from './core.ts'
import { ChannelEndpoint } from './endpoint.ts'
import { iterate } from './iterate.ts'
import { ReceiveCase } from './select-cases.ts'
import { ReceiveMany, ReceiveOne } from './waits.ts'

/** The receiving end of a channel. Contract and costs: `Receiver`. */
export class ChannelReceiver<T extends Value> extends ChannelEndpoint<T> implements Receiver<T> {
  constructor(channel: Core<T>) {
    super(channel, 'receiver')
  }

  receive(options?: WaitOptions): Promise<T | undefined> {
    if (options !== undefined) {
      const refused = refusal(options)
      if (refused !== undefined) return refused
    }
    if (this.disposed) return resolveInTurn(undefined)
    const value = this.channel.take()
    if (value !== undefined) return resolveInTurn(value)
    const { end } = this.channel
    if (end !== undefined) return settle(end.error, undefined)
    const wait = new ReceiveOne<T>(this)
    this.channel.parkReceiver(wait)
    if (options !== undefined) wait.limit(options)
    return wait.promise
  }

  tryReceive(): T | undefined {
    if (this.disposed) return undefined
    const value = this.channel.take()
    if (value === undefined) {
      const error = this.channel.end?.error
      if (error !== undefined) throw error
    }
    return value
  }

  receiveMany(max: number, options?: WaitOptions): Promise<T[]> {
    checkCount('max', max)
    if (options !== undefined) {
      const refused = refusal(options)
      if (refused !== undefined) return refused
    }
    if (this.disposed) return resolveInTurn([])
    const values = this.channel.takeMany(max)
    if (values.length > 0) return resolveInTurn(values)
    const { end } = this.channel
    if (end !== undefined) return settle(end.error, values)
    const wait = new ReceiveMany<T>(this, max)
    this.channel.parkReceiver(wait)
    if (options !== undefined) wait.limit(options)
    return wait.promise
  }

  batches(max: number): AsyncIterable<T[]> {
    checkCount('max', max)
    const take = () => (this.disposed ? undefined : unlessEmpty(this.channel.takeMany(max)))
    const receive = () => this.receiveMany(max).then(unlessEmpty)
    return { [Symbol.asyncIterator]: () => iterate(take, receive) }
  }

  case(): SelectCase<'receive', T | undefined> {
    return new ReceiveCase(this.use('case'), this)
  }

  close(): void {
    if (!this.disposed) this.channel.close('receiver', undefined)
  }

  [Symbol.asyncIterator](): AsyncIterator<T, void, undefined> {
    return iterate(
      () => (this.disposed ? undefined : this.channel.take()),
      () => this.receive(),
    )
  }
}

/** The end of a closed channel: a result that says so, or the error it was closed with. */
function settle<R>(error: unknown, result: R): Promise<R> {
  return error === undefined ? resolveInTurn(result) : rejectInTurn(error)
}

function unlessEmpty<T>(values: T[]): T[] | undefined {
  return values.length === 0 ? undefined : values
}
