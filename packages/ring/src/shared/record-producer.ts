import { CAPACITY, type Kernel } from '@millrace/atomics'
import type { Bytes, Codec } from '../codec/api.ts'
import type { RecordProducer } from './api.ts'
import { disposed } from './check.ts'
import type { Place } from './place.ts'
import type { Scratch } from './scratch.ts'

/**
 * A pushing end of the kernel's record ring. Contract: `RecordProducer`.
 *
 * INVARIANT  a record lies whole in the scratch before any of the ring is claimed for it.
 */
export class ByteProducer implements RecordProducer {
  readonly capacityBytes: number
  readonly maxRecord: number
  readonly #place: Place
  readonly #kernel: Kernel
  readonly #codec: Codec<Uint8Array>
  readonly #scratch: Scratch
  readonly #at: number
  readonly #bytes: Bytes
  #ring: number

  constructor(place: Place, codec: Codec<Uint8Array>) {
    this.capacityBytes = place.word(CAPACITY) * 64
    this.maxRecord = codec.maxBytes
    this.#place = place
    this.#kernel = place.arena.kernel
    this.#codec = codec
    this.#scratch = place.scratch(codec.maxBytes)
    this.#at = this.#scratch.at
    this.#bytes = place.arena.views()
    this.#ring = place.object
  }

  get lengthBytes(): number {
    return this.#ring === 0 ? 0 : this.#kernel.slotLength(this.#ring) * 64
  }

  get closed(): boolean {
    return this.#ring === 0 || this.#place.otherLeft
  }

  push(bytes: Uint8Array): boolean {
    if (this.#ring === 0) disposed()
    const length = this.#codec.encode(bytes, this.#bytes, this.#at)
    return this.#kernel.recordPush(this.#ring, this.#at, length, 0) > 0
  }

  [Symbol.dispose](): void {
    if (this.#ring === 0) return
    this.#ring = 0
    this.#scratch.free()
    this.#place.leave()
  }
}
