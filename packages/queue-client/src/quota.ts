import type { Asked } from './asked.ts'
import type { Settings } from './settings.ts'

type OfEachLane = [number, number, number]

/** How many requests are not settled, and how many may be: of each lane, whatever queues they are about. */
export class Quota {
  /** Those of all lanes. */
  pending = 0
  readonly #settings: Pick<Settings, 'maxPending' | 'maxPendingBytes'>
  readonly #counts: OfEachLane = [0, 0, 0]
  /** Bytes of their bodies. */
  readonly #bytes: OfEachLane = [0, 0, 0]

  constructor(settings: Pick<Settings, 'maxPending' | 'maxPendingBytes'>) {
    this.#settings = settings
  }

  /** One is made. */
  add({ lane, bodyBytes }: Asked): void {
    this.pending++
    this.#counts[lane]++
    this.#bytes[lane] += bodyBytes
  }

  /** One is settled. */
  remove({ lane, bodyBytes }: Asked): void {
    this.pending--
    this.#counts[lane]--
    this.#bytes[lane] -= bodyBytes
  }

  /** Whether this one, which was added, is too many, or came when there were too many bytes. */
  isExceededBy({ lane, bodyBytes }: Asked): boolean {
    const { maxPending, maxPendingBytes } = this.#settings
    return this.#counts[lane] > maxPending || (bodyBytes > 0 && this.#bytes[lane] - bodyBytes >= maxPendingBytes)
  }

  /** What may be, in words. */
  get words(): string {
    const { maxPending, maxPendingBytes } = this.#settings
    return `of each kind at most ${maxPending} requests of all queues, and ${maxPendingBytes} bytes of bodies, may be without an answer`
  }
}
