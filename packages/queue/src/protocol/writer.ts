import { giveBackBuffer, takeBuffer } from './buffers.ts'
import { HEAD_BYTES, LENGTH_BYTES } from './frame.ts'
import { tooLarge } from './malformed.ts'

const SHORT = 48
/** As its length is two bytes. */
const MOST_TEXT_BYTES = 65_535
const NONE: Buffer = Buffer.alloc(0)

/**
 * Writes frames one after the other into a buffer that grows.
 *
 * INVARIANT  bytes that were taken are not written to before they are given back.
 */
export class Writer {
  /** A larger frame is refused, and nothing of it is left. */
  maxFrameBytes: number
  #bytes: Buffer = NONE
  #length = 0
  /** Where the frame begins that is being written. */
  #start = 0

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes
  }

  /** Bytes that were written and not taken. */
  get length(): number {
    return this.#length
  }

  /** Bytes of the frame that is being written, without its length. */
  get frameBytes(): number {
    return this.#length - this.#start - LENGTH_BYTES
  }

  begin(kind: number, request: number): void {
    this.#start = this.#length
    this.#room(LENGTH_BYTES + HEAD_BYTES)
    this.#length += LENGTH_BYTES
    this.u8(kind)
    this.u32(request)
  }

  /** Ends the frame; gives how many bytes it has, with its length. */
  end(): number {
    const { frameBytes } = this
    this.#bytes.writeUInt32BE(frameBytes, this.#start)
    return frameBytes + LENGTH_BYTES
  }

  /** Forgets the frame that was begun. */
  undo(): void {
    this.#length = this.#start
  }

  /** Where a number stands that is not known yet. */
  placeU32(): number {
    this.u32(0)
    return this.#length - 4 - this.#start
  }

  /** Writes a number where place was left for it. */
  fillU32(place: number, value: number): void {
    this.#bytes.writeUInt32BE(value, this.#start + place)
  }

  /** Where a byte stands that is not known yet. */
  placeU8(): number {
    this.u8(0)
    return this.#length - 1 - this.#start
  }

  /** Writes a byte where place was left for it. */
  fillU8(place: number, value: number): void {
    this.#bytes[this.#start + place] = value
  }

  u8(value: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = value
  }

  u16(value: number): void {
    this.#room(2)
    const bytes = this.#bytes
    bytes[this.#length++] = value >>> 8
    bytes[this.#length++] = value
  }

  u32(value: number): void {
    this.#room(4)
    const bytes = this.#bytes
    bytes[this.#length++] = value >>> 24
    bytes[this.#length++] = value >>> 16
    bytes[this.#length++] = value >>> 8
    bytes[this.#length++] = value
  }

  f64(value: number): void {
    this.#room(8)
    this.#length = this.#bytes.writeDoubleBE(value, this.#length)
  }

  /** A text of at most so many bytes. Throws `TypeError` for one that is not well-formed: another one would arrive. */
  text(what: string, value: string, most: number = MOST_TEXT_BYTES): void {
    const { length } = value
    if (length <= SHORT && this.#ascii(value, length)) return
    if (!value.isWellFormed()) throw new TypeError(`${what}: expected well-formed text, got ${JSON.stringify(value)}`)
    const bytes = Buffer.byteLength(value)
    if (bytes > most) throw new RangeError(`${what}: expected at most ${most} bytes of text, got ${bytes}`)
    this.u16(bytes)
    this.#utf8(value, bytes)
  }

  /** Bytes, or a text, of any length. */
  block(value: Uint8Array | string): void {
    const bytes = typeof value === 'string' ? Buffer.byteLength(value) : value.length
    this.u32(bytes)
    if (typeof value === 'string') {
      this.#utf8(value, bytes)
    } else {
      this.#room(bytes)
      this.#bytes.set(value, this.#length)
      this.#length += bytes
    }
  }

  /** A text to the end of the frame. */
  rest(value: string): void {
    this.#utf8(value, Buffer.byteLength(value))
  }

  /** All that was written. It is the caller's until given back. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#bytes = NONE
    this.#length = 0
    this.#start = 0
    return taken
  }

  /** Takes back what was taken, to be written to again. */
  giveBack(taken: Buffer): void {
    giveBackBuffer(taken)
  }

  /** Most texts are short and plain; then a loop is quicker than a call into the runtime. */
  #ascii(value: string, length: number): boolean {
    this.#room(2 + length)
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = 0
    bytes[at++] = length
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index)
      if (code > 127) return false
      bytes[at++] = code
    }
    this.#length = at
    return true
  }

  #utf8(value: string, bytes: number): void {
    this.#room(bytes)
    this.#length += this.#bytes.write(value, this.#length, bytes, 'utf8')
  }

  #room(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#bytes.length && this.frameBytes + bytes <= this.maxFrameBytes) return
    if (this.frameBytes + bytes > this.maxFrameBytes) throw tooLarge(this.frameBytes + bytes, this.maxFrameBytes)
    const grown = takeBuffer(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.#length)
    if (this.#bytes !== NONE) giveBackBuffer(this.#bytes)
    this.#bytes = grown
  }
}
