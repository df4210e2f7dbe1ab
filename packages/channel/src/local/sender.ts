import type { WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Sender, SendOutcome } from '../api.ts'
import { ClosedError } from '../errors.ts'
import type { LocalChannel } from './channel.ts'
import { LocalEndpoint } from './endpoint.ts'

/** The sending end of a local channel. Contract and costs: `Sender`. */
export class LocalSender<T extends Value> extends LocalEndpoint<T> implements Sender<T> {
  constructor(channel: LocalChannel<T>) {
    super(channel, 'sender')
  }

  send(value: T, options?: WaitOptions): Promise<void> {
    if (this.disposed) return Promise.reject(new ClosedError(value))
    return this.channel.send(value, options)
  }

  trySend(value: T): SendOutcome {
    return this.disposed ? 'closed' : this.channel.trySend(value)
  }

  clone(): Sender<T> {
    return new LocalSender(this.share())
  }

  close(error?: unknown): void {
    this.channel.close(error)
  }
}
