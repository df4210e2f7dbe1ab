import type { Stored } from '../state/stored.ts'

/** Roughly what a message takes in a file beside body and headers. */
const OVERHEAD_BYTES = 48

/** How much of each file of the log is needed still: the messages whose latest copy stands there. */
export class Live {
  readonly #counts = new Map<number, number>()
  #bytes = 0

  /** Bytes of all. */
  get bytes(): number {
    return this.#bytes
  }

  in(segment: number): number {
    return this.#counts.get(segment) ?? 0
  }

  add({ segment, bytes }: Stored): void {
    this.#counts.set(segment, this.in(segment) + 1)
    this.#bytes += bytes + OVERHEAD_BYTES
  }

  remove({ segment, bytes }: Stored): void {
    this.#counts.set(segment, this.in(segment) - 1)
    this.#bytes -= bytes + OVERHEAD_BYTES
  }

  drop(segment: number): void {
    this.#counts.delete(segment)
  }
}
