import type { KnownKey } from '../state/dedup.ts'
import type { Stored } from '../state/stored.ts'

/** Roughly what a message takes in a file beside body and headers. */
const OVERHEAD_BYTES = 48

/** How much of each file of the log is needed still: the messages whose latest copy stands there, and dedup keys. */
export class Live {
  readonly #counts = new Map<number, { value: number }>()
  /** That of the file that was asked for last: most questions in a row are about the same. */
  #count: { value: number } | undefined
  #segment = -1
  /** When the last dedup key of a file is forgotten. */
  readonly #keysUntilMs = new Map<number, number>()
  #bytes = 0

  /** Bytes of all. */
  get bytes(): number {
    return this.#bytes
  }

  in(segment: number): number {
    return this.#countOf(segment)?.value ?? 0
  }

  /** Whether there is one in a file up to that one. */
  isAny(last: number): boolean {
    for (const [segment, { value }] of this.#counts) if (segment <= last && value > 0) return true
    return false
  }

  add({ segment, bytes }: Stored): void {
    const count = this.#countOf(segment) ?? this.#newCount(segment)
    count.value++
    this.#bytes += bytes + OVERHEAD_BYTES
  }

  remove({ segment, bytes }: Stored): void {
    const count = this.#countOf(segment)
    if (count !== undefined && count.value > 0) count.value--
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
    this.#segment = -1
  }

  #countOf(segment: number): { value: number } | undefined {
    if (segment === this.#segment) return this.#count
    this.#segment = segment
    this.#count = this.#counts.get(segment)
    return this.#count
  }

  #newCount(segment: number): { value: number } {
    const count = { value: 0 }
    this.#counts.set(segment, count)
    this.#segment = segment
    this.#count = count
    return count
  }
}
