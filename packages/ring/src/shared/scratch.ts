import { type Arena, bareObject } from '@millrace/atomics'

/**
 * Bytes of one view in one thread, where values lie on their way between the heap and the ring. They never move, so that
 * views of them stay what they are, and the death of their thread frees them.
 *
 * Codecs may run the user's code, and that may use the same view again before its bytes have left: then it is refused.
 */
export class Scratch {
  /** Where they begin, on a line of 128 bytes. */
  readonly at: number
  /** Where they end. */
  readonly end: number
  readonly #arena: Arena
  readonly #object: number
  #isBusy = false

  constructor(arena: Arena, bytes: number) {
    this.#arena = arena
    this.#object = bareObject(arena, { dataBytes: bytes })
    this.at = this.#object + arena.headerBytes
    this.end = this.at + bytes
  }

  /** The address, for who may run a codec before `leave`. Throws `TypeError` from within one that runs already. */
  enter(): number {
    if (this.#isBusy) throw new TypeError('ring: it is used again by a codec that reads or writes a value of it')
    this.#isBusy = true
    return this.at
  }

  /** The codec has run. */
  leave(): void {
    this.#isBusy = false
  }

  /** Gives the bytes back to the arena. Throws `TypeError` from within a codec, which would have its ring taken away. */
  free(): void {
    if (this.#isBusy) throw new TypeError('ring: it is disposed by a codec that reads or writes a value of it')
    this.#arena.detach(this.#object)
  }
}
