import type { Socket } from 'node:net'
import { MAX_GREETING_BYTES, type MessageFields, ServerEncoder } from '@millrace/queue/protocol'
import type { Share } from './memory.ts'
import type { Access } from './rights.ts'
import type { Served } from './served.ts'
import type { Tallies } from './tallies.ts'

/**
 * What goes to one peer: answers that are ready together are written together.
 *
 *     encoder ──(nothing more is ready)──▶ socket.write ──(written)──▶ forgotten
 *     └──────── leases of messages that are in one of these: undelivered ───────┘
 */
export class Outbox {
  readonly encoder: ServerEncoder
  readonly #socket: Socket
  readonly #share: Share
  readonly #tallies: Tallies
  readonly #slowMs: number
  readonly #onWritten: () => void
  /** Leases of what is in the encoder. */
  #leases: string[] = []
  /** Leases of what the socket has and the system has not, in the order in which it is written. */
  #writing: (readonly string[])[] = []
  #isDue = false
  #writingBytes = 0
  /** Bytes of the encoder that are counted in the share. */
  #counted = 0
  readonly #flush = (): void => this.flush()

  /** Calls back when something has been written. From the first write that the system does not take at once, the socket times out as slow. */
  constructor(socket: Socket, share: Share, { tallies, limits }: Served, onWritten: () => void) {
    this.encoder = new ServerEncoder(MAX_GREETING_BYTES)
    this.#socket = socket
    this.#share = share
    this.#tallies = tallies
    this.#slowMs = limits.slowMs
    this.#onWritten = onWritten
  }

  /** Bytes that the system has not taken. */
  get bytes(): number {
    return this.encoder.length + this.#writingBytes
  }

  /** Has what was encoded written once nothing more is ready. */
  due(): void {
    const bytes = this.encoder.length - this.#counted
    this.#counted += bytes
    if (!this.#isDue) {
      this.#isDue = true
      process.nextTick(this.#flush)
    }
    this.#share.change(bytes)
  }

  /** Encodes messages, and knows their leases until they are written. Gives how many; throws if the first is too large. */
  messages(request: number, messages: readonly MessageFields[], { seal }: Access): number {
    const sealed =
      seal === undefined ? messages : messages.map((message) => ({ ...message, lease: seal(message.lease) }))
    const count = this.encoder.messages(request, sealed)
    for (let index = 0; index < count; index++) {
      const { lease } = messages[index] as MessageFields
      if (lease !== '') this.#leases.push(lease)
    }
    return count
  }

  /** Writes what was encoded. */
  flush(): void {
    this.#isDue = false
    if (this.encoder.length === 0 || !this.#socket.writable) return
    const bytes = this.encoder.take()
    const leases = this.#leases
    this.#leases = []
    const uncounted = bytes.length - this.#counted
    this.#counted = 0
    this.#writingBytes += bytes.length
    this.#tallies.bytesOut += bytes.length
    this.#writing.push(leases)
    const isTaken = this.#socket.write(bytes, (error) => {
      this.encoder.giveBack(bytes)
      if (error != null) return
      if (this.#writing[0] === leases) this.#writing.shift()
      this.#writingBytes -= bytes.length
      this.#share.change(-bytes.length)
      this.#onWritten()
    })
    if (!isTaken) this.#socket.setTimeout(this.#slowMs)
    this.#share.change(uncounted)
  }

  /** Takes the leases of messages that are not on their way. */
  takeUndelivered(): string[] {
    const all = this.#writing.flat().concat(this.#leases)
    this.#writing = []
    this.#leases = []
    return all
  }
}
