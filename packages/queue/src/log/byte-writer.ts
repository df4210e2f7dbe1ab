import { crc32Of } from './crc.ts'

const FIRST_BYTES = 2 ** 16
/** A buffer that grew larger is not kept. */
const KEPT_BYTES = 2 ** 22

/** Writes numbers, texts and bytes one after the other into a buffer that grows. */
export class ByteWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What was written from `start` on: a view. */
  from(start: number): Buffer {
    return this.#bytes.subarray(start, this.#length)
  }

  /** The checksum of what was written from `start` on. */
  crcFrom(start: number): number {
    return crc32Of(this.#bytes, start, this.#length)
  }

  /** Forgets what was written. */
  clear(): void {
    this.#length = 0
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  }

  /** Leaves so many bytes free, and tells where. */
  skip(count: number): number {
    const place = this.#length
    this.#room(count)
    this.#length += count
    return place
  }

  /** Writes where bytes were left free. */
  setU32(place: number, value: number): void {
    const bytes = this.#bytes
    bytes[place] = value
    bytes[place + 1] = value >>> 8
    bytes[place + 2] = value >>> 16
    bytes[place + 3] = value >>> 24
  }

  u32(value: number): void {
    this.setU32(this.skip(4), value)
  }

  u8(value: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = value
  }

  /** A whole number from 0: seven bits a byte, the low ones first. */
  count(value: number): void {
    this.#room(8)
    let rest = value
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  f64(value: number): void {
    this.#room(8)
    this.#length = this.#bytes.writeDoubleLE(value, this.#length)
  }

  text(value: string): void {
    const length = Buffer.byteLength(value)
    this.count(length)
    this.#room(length)
    this.#length += this.#bytes.write(value, this.#length, length, 'utf8')
  }

  bytes(value: Uint8Array, start: number, length: number): void {
    this.#room(length)
    this.#bytes.set(value.subarray(start, start + length), this.#length)
    this.#length += length
  }

  #room(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }
}
