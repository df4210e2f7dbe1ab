import type { WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Receiver } from '../api.ts'
import type { LocalChannel } from './channel.ts'
import { LocalEndpoint } from './endpoint.ts'
import { iterate, iterateBatches } from './iterate.ts'

/** The receiving end of a local channel. Contract and costs: `Receiver`. */
export class LocalReceiver<T extends Value> extends LocalEndpoint<T> implements Receiver<T> {
  constructor(channel: LocalChannel<T>) {
    super(channel, 'receiver')
  }

  receive(options?: WaitOptions): Promise<T | undefined> {
    return this.disposed ? Promise.resolve(undefined) : this.channel.receive(options)
  }

  tryReceive(): T | undefined {
    return this.disposed ? undefined : this.channel.tryReceive()
  }

  receiveMany(max: number, options?: WaitOptions): Promise<T[]> {
    return this.disposed ? Promise.resolve([]) : this.channel.receiveMany(max, options)
  }

  batches(max: number): AsyncIterable<T[]> {
    return iterateBatches(this, max)
  }

  close(): void {
    this.channel.close(undefined)
  }

  [Symbol.asyncIterator](): AsyncIterator<T, void, undefined> {
    return iterate(this, this.channel)
  }
}
