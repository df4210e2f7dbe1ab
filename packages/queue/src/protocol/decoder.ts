import { HEAD_BYTES, LENGTH_BYTES } from './frame.ts'
import { foreign, malformed, tooLarge } from './malformed.ts'
import { Reader } from './reader.ts'

const FIRST_BYTES = 1024

/** Told of each message: what it says, the number of its request, and how many bytes it took. */
export type EachMessage<M> = (message: M, request: number, bytes: number) => void

/**
 * Makes messages of bytes, however these are cut.
 *
 *     chunk    ├──────┬───────┬────┤             whole frames are read where they lie;
 *     #cut                    ├────┤─────┤       of one that is cut, what has come is kept until the rest is there
 *
 * INVARIANT  each byte is copied at most twice, and no more memory is taken than twice what has come.
 * INVARIANT  after an error nothing is read any more: where the next frame begins is not known.
 */
export class Decoder<M> {
  /** A larger frame is an error as soon as its length is there. */
  maxFrameBytes: number
  readonly #read: (kind: number, reader: Reader) => M
  readonly #reader = new Reader()
  #cut: Buffer = Buffer.alloc(0)
  #cutLength = 0
  #error: unknown

  constructor(maxFrameBytes: number, read: (kind: number, reader: Reader) => M) {
    this.maxFrameBytes = maxFrameBytes
    this.#read = read
  }

  /** Bytes of a frame whose rest has not come. */
  get heldBytes(): number {
    return this.#cutLength
  }

  /**
   * Reads what has come, and tells of each whole message; those of the same chunk may share its memory.
   *
   * Throws a `QueueError` for what cannot be read: `too-large`, or `protocol`; messages before it have been told. All later calls throw the same.
   */
  push(chunk: Uint8Array, each: EachMessage<M>): void {
    if (this.#error !== undefined) throw this.#error
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let at = this.#cutLength === 0 ? 0 : this.#complete(bytes, each)
    while (bytes.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + this.#lengthAt(bytes, at)
      if (end > bytes.length) break
      this.#tell(bytes, at, end, each)
      at = end
    }
    if (at < bytes.length) this.#keep(bytes, at, bytes.length)
  }

  /** Completes the frame that is cut, as far as it goes; gives where the next one begins. */
  #complete(bytes: Buffer, each: EachMessage<M>): number {
    let at = 0
    for (;;) {
      const whole = this.#cutLength < LENGTH_BYTES ? LENGTH_BYTES : LENGTH_BYTES + this.#lengthAt(this.#cut, 0)
      const end = Math.min(bytes.length, at + whole - this.#cutLength)
      this.#keep(bytes, at, end, whole)
      at = end
      if (this.#cutLength < whole) return at
      if (whole === LENGTH_BYTES) continue
      const cut = this.#cut
      this.#cut = Buffer.alloc(0)
      this.#cutLength = 0
      this.#tell(cut, 0, whole, each)
      return at
    }
  }

  #keep(bytes: Buffer, start: number, end: number, whole = 0): void {
    const length = this.#cutLength + end - start
    if (length > this.#cut.length) {
      const most = whole > LENGTH_BYTES ? whole : length * 2
      const grown = Buffer.allocUnsafe(Math.max(length, Math.min(most, Math.max(FIRST_BYTES, this.#cut.length * 2))))
      this.#cut.copy(grown, 0, 0, this.#cutLength)
      this.#cut = grown
    }
    bytes.copy(this.#cut, this.#cutLength, start, end)
    this.#cutLength = length
  }

  #lengthAt(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32BE(at)
    if (length > this.maxFrameBytes) throw this.#failed(foreign(length) ?? tooLarge(length, this.maxFrameBytes))
    if (length < HEAD_BYTES) throw this.#failed(malformed(`a length of ${length}`))
    return length
  }

  #tell(bytes: Buffer, start: number, end: number, each: EachMessage<M>): void {
    const head = start + LENGTH_BYTES
    const reader = this.#reader
    let message: M
    try {
      reader.turnTo(bytes, head + HEAD_BYTES, end)
      message = this.#read(bytes[head] as number, reader)
      reader.end()
    } catch (error) {
      throw this.#failed(error)
    }
    each(message, bytes.readUInt32BE(head + 1), end - start)
  }

  #failed(error: unknown): unknown {
    this.#error = error
    return error
  }
}
