import { copyOf } from '../engine/body-store.ts'
import type { Log } from '../log/log.ts'
import type { Stored } from '../state/stored.ts'

/**
 * Bodies: in memory as long as there is room for them, else in the log alone.
 *
 * INVARIANT  of all bodies that are in memory no more than so many bytes are.
 */
export class Bodies {
  readonly #log: Log
  readonly #capacityBytes: number
  #bytes = 0

  constructor(log: Log, capacityBytes: number) {
    this.#log = log
    this.#capacityBytes = capacityBytes
  }

  /** It stands in the log. */
  added(message: Stored): void {
    if (this.#bytes + message.length > this.#capacityBytes) message.body = undefined
    else this.#bytes += message.length
  }

  /** It is no more. */
  removed({ body, length }: Stored): void {
    if (body !== undefined) this.#bytes -= length
  }

  /** A copy. */
  of(message: Stored): Uint8Array {
    if (message.body !== undefined) return copyOf(message)
    return this.#log.read(message.segment, message.offset, message.length)
  }
}
