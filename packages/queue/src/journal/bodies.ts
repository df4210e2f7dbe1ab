import { copyOf, type StoredBody } from '../engine/body-store.ts'
import { crc32Of } from '../log/crc.ts'
import type { Log } from '../log/log.ts'
import { segmentName } from '../log/segment.ts'
import type { Stored } from '../state/stored.ts'

/** The checksum of a body. */
export function crcOf({ body, start, length }: StoredBody): number {
  return crc32Of(body as Uint8Array, start, start + length)
}

/** Whether what could not be read is lost, as far as the disk can tell; else it may be there the next time. */
export function isLost(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EIO'
}

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

  /** A copy. Throws if it cannot be read, or is not what was written. */
  of(message: Stored): Uint8Array {
    if (message.body !== undefined) return copyOf(message)
    const { segment, offset, length, crc } = message
    if (crc === undefined) throw unreadable('it could not be read when it was to be written again')
    const body = this.#log.read(segment, offset, length)
    if (crcOf({ body, start: 0, length }) !== crc) throw unreadable(`${segmentName(segment)} has changed at ${offset}`)
    return body
  }
}

function unreadable(why: string): Error {
  return Object.assign(new Error(why), { code: 'EIO' })
}
