import { refuseUndefined, type Value } from '@millrace/ring'
import type { Permit } from '../api.ts'
import { ClosedError } from '../errors.ts'
import type { Core } from './core.ts'

/** Room for one value in a channel. INVARIANT  released exactly once: with its value, or without. */
export class ChannelPermit<T extends Value> implements Permit<T> {
  #channel: Core<T> | undefined

  constructor(channel: Core<T>) {
    this.#channel = channel
  }

  send(value: T): void {
    if (value === undefined) refuseUndefined()
    const channel = this.#channel
    if (channel === undefined) throw new TypeError('send: this permit was used or disposed')
    this.#channel = undefined
    if (channel.lifecycle.refuses) {
      channel.release()
      throw new ClosedError(value)
    }
    channel.release(value)
  }

  [Symbol.dispose](): void {
    const channel = this.#channel
    this.#channel = undefined
    channel?.release()
  }
}
