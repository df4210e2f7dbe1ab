import type { KnownKey } from '../state/dedup.ts'
import type { Stored } from '../state/stored.ts'

/** Roughly what a message takes in a file beside body and headers. */
const OVERHEAD_BYTES = 48

/** How much of each file of the log is needed still: the messages whose latest copy stands there, and dedup keys. */
export class Live {
  readonly #counts = new Map<number, number>()
  /** When the last dedup key of a file is forgotten. */
  readonly #keysUntilMs = new Map<number, number>()
  #bytes = 0

  /** Bytes of all. */
  get bytes(): number {
    return this.#bytes
  }

  in(segment: number): number {
    return this.#counts.get(segment) ?? 0
  }

  /** Whether there is one in a file up to that one. */
  isAny(last: number): boolean {
    for (const [segment, count] of this.#counts) if (segment <= last && count > 0) return true
    return false
  }

  add({ segment, bytes }: Stored): void {
    this.#counts.set(segment, this.in(segment) + 1)
    this.#bytes += bytes + OVERHEAD_BYTES
  }

  remove({ segment, bytes }: Stored): void {
    if (this.in(segment) > 1) this.#counts.set(segment, this.in(segment) - 1)
    else this.#counts.delete(segment)
    this.#bytes -= bytes + OVERHEAD_BYTES
  }

  addKey({ segment, untilMs }: KnownKey): void {
    this.#keysUntilMs.set(segment, Math.max(untilMs, this.#keysUntilMs.get(segment) ?? 0))
  }

  /** Whether there may be a dedup key in a file that is known still. */
  hasKeys(segment: number, nowMs: number): boolean {
    return (this.#keysUntilMs.get(segment) ?? 0) > nowMs
  }

  drop(segment: number): void {
    this.#counts.delete(segment)
    this.#keysUntilMs.delete(segment)
  }
}
