import type { AckOutcome, LeaseOutcome } from '../api.ts'
import type { MessageFields } from '../message.ts'
import { writeIds, writeMessages, writeOutcome, writeOutcomes, writeValue } from './answer.ts'
import { writeFailure } from './failure.ts'
import { Kind } from './frame.ts'
import { type Hello, type Welcome, writeHello, writeWelcome } from './greeting.ts'
import { MESSAGES_FRAME_BYTES } from './limits.ts'
import { type Request, writeRequest } from './request.ts'
import { Writer } from './writer.ts'

/**
 * Makes frames of messages, one after the other, until they are taken.
 *
 * What cannot be written throws, and leaves nothing: `QueueError` with `too-large` for what is larger than the other side takes,
 * `TypeError` for a text that is not well-formed, `RangeError` for one that is too long.
 */
class Encoder {
  readonly #writer: Writer

  /** The other side takes frames of so many bytes. */
  constructor(maxFrameBytes: number) {
    this.#writer = new Writer(maxFrameBytes)
  }

  /** The other side takes frames of so many bytes. */
  set maxFrameBytes(bytes: number) {
    this.#writer.maxFrameBytes = bytes
  }

  get maxFrameBytes(): number {
    return this.#writer.maxFrameBytes
  }

  /** Bytes that were not taken. */
  get length(): number {
    return this.#writer.length
  }

  /** All frames that were made since. They are the caller's to write, until given back. */
  take(): Buffer {
    return this.#writer.take()
  }

  /** Gives back what was taken and has been written: it is used again. */
  giveBack(taken: Buffer): void {
    this.#writer.giveBack(taken)
  }

  ping(): void {
    this.frame(Kind.ping, 0, () => {})
  }

  pong(): void {
    this.frame(Kind.pong, 0, () => {})
  }

  protected frame(kind: number, request: number, write: (writer: Writer) => unknown): number {
    const writer = this.#writer
    writer.begin(kind, request)
    try {
      write(writer)
    } catch (error) {
      writer.undo()
      throw error
    }
    return writer.end()
  }
}

/** Makes frames of what a client says. */
export class ClientEncoder extends Encoder {
  hello(hello: Omit<Hello, 'kind'>): void {
    this.frame(Kind.hello, 0, (writer) => writeHello(writer, hello))
  }

  /** A request, under a number from 1 that no request has that is not answered. Gives how many bytes it takes. */
  request(number: number, request: Request): number {
    return this.frame(Kind[request.kind], number, (writer) => writeRequest(writer, request))
  }

  /** What waits under this number is no more wanted. It is answered all the same. */
  cancel(number: number): void {
    this.frame(Kind.cancel, number, () => {})
  }
}

/** Makes frames of what a server says. */
export class ServerEncoder extends Encoder {
  welcome(welcome: Omit<Welcome, 'kind'>): void {
    this.frame(Kind.welcome, 0, (writer) => writeWelcome(writer, welcome))
  }

  ids(request: number, ids: readonly string[]): void {
    this.frame(Kind.ids, request, (writer) => writeIds(writer, ids))
  }

  full(request: number): void {
    this.frame(Kind.full, request, () => {})
  }

  /**
   * Messages, in as many frames as it takes. Gives how many were written: if one is too large, those before it; if that is the first, it
   * throws.
   */
  messages(request: number, messages: readonly MessageFields[]): number {
    let next = 0
    try {
      do {
        this.frame(Kind.messages, request, (writer) => {
          next = writeMessages(writer, messages, next, MESSAGES_FRAME_BYTES)
        })
      } while (next < messages.length)
    } catch (error) {
      if (next === 0) throw error
      this.frame(Kind.messages, request, (writer) => writeMessages(writer, [], 0, 0))
    }
    return next
  }

  outcomes(request: number, outcomes: readonly AckOutcome[]): void {
    this.frame(Kind.outcomes, request, (writer) => writeOutcomes(writer, outcomes))
  }

  outcome(request: number, outcome: AckOutcome | LeaseOutcome): void {
    this.frame(Kind.outcome, request, (writer) => writeOutcome(writer, outcome))
  }

  value(request: number, value: unknown): void {
    this.frame(Kind.value, request, (writer) => writeValue(writer, value))
  }

  failure(request: number, error: unknown): void {
    this.frame(Kind.failure, request, (writer) => writeFailure(writer, error))
  }

  cancelled(request: number): void {
    this.frame(Kind.cancelled, request, () => {})
  }

  /** No request is taken any more, since … */
  goodbye(error: unknown): void {
    this.frame(Kind.goodbye, 0, (writer) => writeFailure(writer, error))
  }
}
