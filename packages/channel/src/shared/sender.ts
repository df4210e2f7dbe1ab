import { checkWaitOptions, rejectInTurn, TimeoutError, WAIT_OPTIONS, type WaitOptions } from '@millrace/notify'
import { refuseUndefined, type Value } from '@millrace/ring'
import type { SendOutcome } from '../api.ts'
import { ChannelSender } from '../endpoint/sender.ts'
import { ClosedError } from '../errors.ts'
import type { BlockOptions, SharedSender } from './api.ts'
import { checkBlockOptions } from './block-options.ts'
import type { SharedChannel } from './channel.ts'

/** The sending end of a shared channel. Contract and costs: `SharedSender`. */
export class SharedChannelSender<T extends Value> extends ChannelSender<T> implements SharedSender<T> {
  readonly #channel: SharedChannel<T>

  constructor(channel: SharedChannel<T>) {
    super(channel)
    this.#channel = channel
  }

  /** A value that cannot be encoded rejects its send. */
  override send(value: T, options?: WaitOptions): Promise<void> {
    if (value === undefined) refuseUndefined()
    if (options !== undefined) checkWaitOptions(options, WAIT_OPTIONS)
    try {
      return super.send(value, options)
    } catch (error) {
      return rejectInTurn(error)
    }
  }

  sendSync(value: T, options?: BlockOptions): void {
    if (value === undefined) refuseUndefined()
    checkBlockOptions(options)
    const outcome = this.disposed ? 'closed' : this.#channel.sendNow(value)
    if (outcome === 'full') this.#sendFullSync(value, options?.timeoutMs)
    else if (outcome === 'closed') throw new ClosedError(value)
  }

  #sendFullSync(value: T, timeoutMs: number | undefined): void {
    if (this.#channel.overflowing(value) === 'dropped') return
    let outcome: SendOutcome = 'full'
    const isOver = this.#channel.senderBlocker.until(() => {
      outcome = this.#channel.sendNow(value)
      return outcome !== 'full'
    }, timeoutMs)
    if (!isOver) throw new TimeoutError(timeoutMs as number)
    if ((outcome as SendOutcome) === 'closed') throw new ClosedError(value)
  }

  protected override another(): SharedSender<T> {
    return new SharedChannelSender(this.#channel)
  }
}
