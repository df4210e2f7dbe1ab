import { refuseUndefined, type Value } from '@millrace/ring'
import type { Permit } from '../api.ts'
import { ClosedError } from '../errors.ts'
import type { LocalChannel } from './channel.ts'

/** Room for one value in a local channel. INVARIANT  released exactly once: with its value, or without. */
export class LocalPermit<T extends Value> implements Permit<T> {
  #channel: LocalChannel<T> | undefined

  constructor(channel: LocalChannel<T>) {
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
