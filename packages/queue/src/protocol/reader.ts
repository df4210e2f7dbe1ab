import { isUtf8 } from 'node:buffer'
import { malformed } from './malformed.ts'

/** A longer name is not kept. */
const KEPT_NAME_BYTES = 64

/**
 * Reads the payload of one frame after the other.
 *
 * INVARIANT  nothing is read outside of the frame, and nothing is allocated by a number that stands in it: each is compared with what is there.
 */
export class Reader {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #end = 0
  /** The name that was read last, and its bytes. */
  #name = ''
  #nameBytes: Uint8Array = new Uint8Array(0)

  /** Turns to the frame from `start` to `end`. */
  turnTo(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  /** Bytes that have not been read. */
  get left(): number {
    return this.#end - this.#at
  }

  u8(): number {
    return this.#bytes[this.#skip(1)] as number
  }

  u16(): number {
    return this.#bytes.readUInt16BE(this.#skip(2))
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#skip(4))
  }

  f64(): number {
    return this.#bytes.readDoubleBE(this.#skip(8))
  }

  /** A text of at most 65,535 bytes, or as many as may be. */
  text(most: number = Number.POSITIVE_INFINITY): string {
    const length = this.u16()
    if (length > most) throw malformed(`a text of ${length} bytes; at most ${most} are taken`)
    return this.#utf8(length)
  }

  /** The name of a queue: nearly always that of the frame before, which is the same text then, whose hash is known. */
  name(): string {
    const length = this.u16()
    if (length === this.#nameBytes.length && length > 0 && this.#isLastName(length)) {
      this.#skip(length)
      return this.#name
    }
    const start = this.#at
    const name = this.#utf8(length)
    if (length <= KEPT_NAME_BYTES) {
      this.#name = name
      this.#nameBytes = new Uint8Array(this.#bytes.subarray(start, start + length))
    }
    return name
  }

  #isLastName(length: number): boolean {
    if (length > this.left) return false
    for (let index = 0; index < length; index++) {
      if (this.#bytes[this.#at + index] !== this.#nameBytes[index]) return false
    }
    return true
  }

  /** A text of any length. */
  longText(): string {
    return this.#utf8(this.u32())
  }

  /** A text to the end of the frame. */
  rest(): string {
    return this.#utf8(this.left)
  }

  /** Bytes, as a view of what was received. */
  view(): Uint8Array {
    const length = this.u32()
    const start = this.#skip(length)
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, length)
  }

  /** Bytes, as a copy. */
  copy(): Uint8Array {
    const length = this.u32()
    const start = this.#skip(length)
    // Not slice() of a Buffer, which is a view.
    return Uint8Array.prototype.slice.call(this.#bytes, start, start + length)
  }

  /** Checks that all has been read. */
  end(): void {
    if (this.left > 0) throw malformed(`${this.left} bytes more than there should be`)
  }

  #utf8(length: number): string {
    const start = this.#skip(length)
    const text = this.#bytes.toString('utf8', start, start + length)
    // That character stands for what is no UTF-8, or for itself.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, start + length))) {
      throw malformed('a text that is no UTF-8')
    }
    return text
  }

  /** Where so many bytes begin, which are there. */
  #skip(bytes: number): number {
    const at = this.#at
    if (bytes > this.#end - at) throw malformed(`it ends ${bytes - this.left} bytes early`)
    this.#at = at + bytes
    return at
  }
}
