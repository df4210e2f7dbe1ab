import type { Socket } from 'node:net'
import { QueueError } from '@millrace/queue'
import {
  clientDecoder,
  type Decoder,
  type FromClient,
  type Hello,
  isQueueError,
  MAX_GREETING_BYTES,
  malformed,
  PROTOCOL_VERSION,
} from '@millrace/queue/protocol'
import type { CutReason, RefusalReason } from './api.ts'
import type { Share } from './memory.ts'
import { Outbox } from './outbox.ts'
import { Requests } from './requests.ts'
import type { Access } from './rights.ts'
import type { Served } from './served.ts'

/** An answer to who is cut may take so long to be read, and a request to come that was made before the goodbye was read. */
const LINGER_MS = 1000

/** So often a peer is looked after, at equal times, while it may be silent. */
export const LOOKS = 4

/**
 * One peer.
 *
 *     greeting ──hello──▶ open ──close: nothing is pending, and nothing comes──▶ leaving ──▶ ended
 *         └───────────────┴── cut: goodbye, with the reason ─────────────────────┘
 *
 * INVARIANT  what is said after the state is `leaving` is not heard; its socket is destroyed soon, whatever the peer does.
 */
export class Connection {
  readonly #socket: Socket
  readonly #served: Served
  readonly #decoder: Decoder<FromClient> = clientDecoder(MAX_GREETING_BYTES)
  readonly #share: Share
  readonly #outbox: Outbox
  readonly #greetingTimer: NodeJS.Timeout
  #requests: Requests | undefined
  #state: 'greeting' | 'open' | 'leaving' | 'ended' = 'greeting'
  #closing: QueueError | undefined
  #heardMs = performance.now()
  /** How often it was looked after since it was asked whether it is there, if it has said nothing since. */
  #looks: number | undefined
  #lingerTimer: NodeJS.Timeout | undefined
  #leaveTimer: NodeJS.Timeout | undefined

  constructor(socket: Socket, served: Served) {
    const { limits, memory } = served
    this.#socket = socket
    this.#served = served
    this.#share = memory.share(() => this.#cutForMemory())
    this.#outbox = new Outbox(socket, this.#share, served, () => this.#written())
    this.#greetingTimer = setTimeout(() => this.#cutForGreeting(), limits.greetingMs)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    socket.on('timeout', () => this.#cutForSlowness())
    socket.on('drain', () => socket.setTimeout(0))
    socket.on('error', () => {}) // It is closed then.
    // Who has ended does not hear answers: half of a connection is of no use to a client.
    socket.on('end', () => this.#linger())
    socket.on('close', () => this.#end())
  }

  /** Takes no requests any more, answers those that are pending, and ends. */
  close(error: QueueError): void {
    if (this.#state !== 'greeting' && this.#state !== 'open') return
    this.#closing = error
    this.#outbox.encoder.goodbye(error)
    this.#outbox.due()
    this.#requests?.close(error)
    this.#leaveIfDone()
  }

  /**
   * Asks who has been silent whether it is there, and cuts who was asked and is silent all the same. Looks are counted, not time: while this
   * program, or the machine, stands still nobody can answer.
   */
  watch(nowMs: number): void {
    // Of who does not read nothing is read: that it is silent says nothing.
    if (this.#state !== 'open' || this.#socket.isPaused()) return
    if (this.#looks === undefined) {
      if (nowMs - this.#heardMs < this.#served.limits.quietMs) return
      this.#looks = 0
      this.#outbox.encoder.ping()
      this.#outbox.due()
    } else if (++this.#looks === LOOKS) {
      this.#cut('quiet', new QueueError('protocol', 'nothing has been heard, nor was a ping answered'))
    }
  }

  /** Ends at once. */
  destroy(): void {
    this.#socket.destroy()
    this.#end()
  }

  #hear(chunk: Buffer): void {
    const { tallies } = this.#served
    tallies.bytesIn += chunk.length
    this.#looks = undefined
    this.#heardMs = performance.now()
    if (this.#state !== 'greeting' && this.#state !== 'open') return
    const held = this.#decoder.heldBytes
    try {
      this.#decoder.push(chunk, this.#each)
    } catch (error) {
      if (!isQueueError(error)) throw error
      this.#cut(error.code === 'too-large' ? 'too-large' : 'protocol', error)
      return
    }
    if (this.#isHeard()) this.#share.change(this.#decoder.heldBytes - held)
    if (this.#outbox.bytes >= this.#served.limits.maxUnreadBytes) this.#socket.pause()
  }

  readonly #each = (message: FromClient, number: number, bytes: number): void => {
    if (!this.#isHeard()) return
    switch (message.kind) {
      case 'hello':
        this.#greet(message)
        break
      case 'ping':
        this.#outbox.encoder.pong()
        this.#outbox.due()
        break
      case 'pong':
        break
      case 'cancel':
        this.#requests?.cancel(number)
        break
      default:
        if (this.#requests === undefined) throw malformed(`${message.kind} before the greeting`)
        this.#requests.start(number, message, bytes)
    }
  }

  #greet({ version, maxFrameBytes, token }: Hello): void {
    if (this.#state !== 'greeting') throw malformed('a second greeting')
    const access = this.#served.gate(token)
    if (version < PROTOCOL_VERSION) {
      this.#refuse('version', new QueueError('protocol', `version ${PROTOCOL_VERSION} is spoken here, not ${version}`))
    } else if (access === undefined) {
      this.#refuse('token', new QueueError('refused', token === '' ? 'a token is needed' : 'the token is not known'))
    } else {
      this.#open(access, maxFrameBytes)
    }
  }

  #open(access: Access, maxFrameBytes: number): void {
    const { limits, durability } = this.#served
    clearTimeout(this.#greetingTimer)
    this.#state = 'open'
    this.#decoder.maxFrameBytes = limits.maxFrameBytes
    const { encoder } = this.#outbox
    encoder.maxFrameBytes = maxFrameBytes
    this.#requests = new Requests(this.#served, access, this.#outbox, this.#share, () => this.#answered())
    encoder.welcome({ ...limits, version: PROTOCOL_VERSION, durability })
    this.#outbox.due()
  }

  #answered(): void {
    if (this.#closing !== undefined) this.#leaveIfDone()
  }

  #written(): void {
    this.#requests?.goOn()
    if (this.#isHeard() && this.#socket.isPaused() && this.#outbox.bytes < this.#served.limits.maxUnreadBytes) {
      this.#looks = undefined
      this.#heardMs = performance.now()
      this.#socket.resume()
    }
  }

  #cutForSlowness(): void {
    const { slowMs } = this.#served.limits
    this.#cut('slow', new QueueError('busy', `nothing of the answers has been read for ${slowMs} ms`))
  }

  #cutForGreeting(): void {
    this.#cut('greeting', new QueueError('protocol', `no greeting in ${this.#served.limits.greetingMs} ms`))
  }

  #cutForMemory(): void {
    this.#cut('memory', new QueueError('busy', 'the server holds too many bytes, and most of them of this connection'))
  }

  #refuse(reason: RefusalReason, error: QueueError): void {
    this.#served.tallies.refused[reason]++
    this.#goodbye(error)
  }

  #cut(reason: CutReason, error: QueueError): void {
    if (!this.#isHeard()) return
    this.#served.tallies.cut[reason]++
    this.#goodbye(error)
  }

  #goodbye(error: QueueError): void {
    this.#outbox.encoder.goodbye(error)
    this.#leave()
    this.#linger()
  }

  /** Nobody hears answers any more; what is written already may be read for a while. */
  #linger(): void {
    this.#release()
    this.#lingerTimer ??= setTimeout(() => this.#socket.destroy(), LINGER_MS)
  }

  /**
   * Who closes hears for a while what was asked before the goodbye came: it is refused, so that the peer knows that it was not done. A peer that
   * has all of its answers ends the connection by itself.
   */
  #leaveIfDone(): void {
    if (!this.#isHeard() || (this.#requests?.length ?? 0) > 0) return
    this.#leaveTimer ??= setTimeout(() => this.#leave(), LINGER_MS)
  }

  /** Says what is left to say. What comes is thrown away: to leave it unread would reset the connection, and the peer might miss the answers. */
  #leave(): void {
    this.#state = 'leaving'
    clearTimeout(this.#greetingTimer)
    clearTimeout(this.#leaveTimer)
    this.#outbox.flush()
    this.#socket.end()
    this.#socket.resume()
  }

  #end(): void {
    this.#release()
    this.#state = 'ended'
    clearTimeout(this.#lingerTimer)
  }

  #release(): void {
    if (this.#isHeard()) this.#state = 'leaving'
    clearTimeout(this.#greetingTimer)
    clearTimeout(this.#leaveTimer)
    this.#requests?.end()
    this.#share.leave()
  }

  #isHeard(): boolean {
    return this.#state === 'greeting' || this.#state === 'open'
  }
}
