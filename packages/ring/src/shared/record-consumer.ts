import { BUSY, CAPACITY, type Kernel, SLOTS } from '@millrace/atomics'
import type { RecordConsumer } from './api.ts'
import { checkMax, disposed } from './check.ts'
import type { Place } from './place.ts'
import type { Scratch } from './scratch.ts'

/** How often a call that found a producer in the middle of its push looks again, before that counts as empty. */
const RETRIES = 32
/** Up to here a loop costs less than a view of the bytes. */
const SHORT = 24

/**
 * The reading end of the kernel's record ring. Contract: `RecordConsumer`.
 *
 * INVARIANT  between a peek and its drop no other call of this end reaches the kernel.
 */
export class ByteConsumer implements RecordConsumer {
  readonly capacityBytes: number
  readonly maxRecord: number
  readonly #place: Place
  readonly #kernel: Kernel
  readonly #scratch: Scratch
  readonly #at: number
  readonly #i32: Int32Array
  readonly #u8: Uint8Array<ArrayBufferLike>
  readonly #buffer: ArrayBufferLike
  #ring: number
  #isLent = false

  constructor(place: Place) {
    const { arena } = place
    this.capacityBytes = place.word(CAPACITY) * 64
    this.maxRecord = place.bytes
    this.#place = place
    this.#kernel = arena.kernel
    this.#scratch = place.scratch(8)
    this.#at = this.#scratch.at
    const { i32, u8 } = arena.views(place.word(SLOTS) + this.capacityBytes)
    this.#i32 = i32
    this.#u8 = u8
    this.#buffer = u8.buffer
    this.#ring = place.object
  }

  get lengthBytes(): number {
    return this.#ring === 0 ? 0 : this.#kernel.slotLength(this.#ring) * 64
  }

  get closed(): boolean {
    return this.#ring === 0 || this.#place.otherLeft
  }

  read(use: (bytes: Uint8Array) => void): boolean {
    const length = this.#peek()
    if (length < 0) return false
    this.#isLent = true
    try {
      use(new Uint8Array(this.#buffer, this.#i32[this.#at >>> 2] as number, length))
    } finally {
      this.#isLent = false
      // Unless `use` disposed this end: then nobody reads the ring any more.
      if (this.#ring !== 0) this.#kernel.recordDrop(this.#ring)
    }
    return true
  }

  readMany(max: number, use: (bytes: Uint8Array) => void): number {
    checkMax(max)
    let count = 0
    while (count < max && this.#ring !== 0 && this.read(use)) count++
    return count
  }

  popInto(array: Uint8Array): number {
    const length = this.#peek()
    if (length < 0) return -1
    if (length > array.length) throw new RangeError(`array: expected room for ${length} bytes, got ${array.length}`)
    const from = this.#i32[this.#at >>> 2] as number
    if (length > SHORT) array.set(new Uint8Array(this.#buffer, from, length))
    else for (let i = 0; i < length; i++) array[i] = this.#u8[from + i] as number
    this.#kernel.recordDrop(this.#ring)
    return length
  }

  [Symbol.dispose](): void {
    if (this.#ring === 0) return
    this.#ring = 0
    this.#scratch.free()
    this.#place.leave()
  }

  /** The length of the oldest record, or −1; its address is in the scratch then. */
  #peek(): number {
    if (this.#ring === 0) disposed()
    if (this.#isLent) throw new TypeError('ring: a record is being read; read the next when that has returned')
    let answer = this.#kernel.recordPeek(this.#ring, this.#at)
    for (let i = 0; answer === BUSY && i < RETRIES; i++) answer = this.#kernel.recordPeek(this.#ring, this.#at)
    return answer > 0 ? (this.#i32[(this.#at + 4) >>> 2] as number) : -1
  }
}
