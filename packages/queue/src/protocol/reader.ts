import { isUtf8 } from 'node:buffer'
import { malformed } from './malformed.ts'

/**
 * Reads the payload of one frame after the other.
 *
 * INVARIANT  nothing is read outside of the frame, and nothing is allocated by a number that stands in it: each is compared with what is there.
 */
export class Reader {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #end = 0

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
    return this.#bytes.subarray(start, start + length)
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
