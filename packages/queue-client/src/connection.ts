import { connect, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { startTimer } from '@millrace/notify'
import { QueueError } from '@millrace/queue'
import {
  type Answer,
  ClientEncoder,
  type FromServer,
  isQueueError,
  MAX_GREETING_BYTES,
  malformed,
  PROTOCOL_VERSION,
  serverDecoder,
  type Welcome,
} from '@millrace/queue/protocol'
import type { Settings, Target } from './settings.ts'

/** Who is told of what a connection does. */
export interface Hearer {
  /** The server lets it in, and grants this. */
  opened(welcome: Welcome): void
  /** A request is answered, or in part. Throws a `QueueError` if it cannot be. */
  answered(answer: Answer, number: number): void
  /** No request is taken any more; the connection will end. */
  goodbye(error: QueueError): void
  /** It has ended, for this reason. Nothing is told afterwards. */
  ended(error: QueueError): void
}

/** Why there is no connection, if the server let none be; one that speaks TLS does so to who does not. */
export const NO_GREETING = 'the connection was ended before a greeting'

/** Timers of Node cannot be longer. */
const LONGEST_MS = 2 ** 31 - 1
/** So much is read at once. */
const READ_BYTES = 2 ** 16
/** A peer that was told of the end may take so long to end as well. */
const LINGER_MS = 1000

/**
 * One connection, from the first byte to the last.
 *
 *     connecting ──▶ (TLS) ──hello──▶ greeting ──welcome──▶ open ──▶ ended
 *         └── no welcome in time, a goodbye, an error ──▶ ended
 *
 * INVARIANT  what is encoded is written once no more code is ready to run, all in one piece; `writes` counts the pieces.
 * INVARIANT  a peer of which nothing is heard, though it was asked, is given up: two to three times `quietMs` after it spoke last. As long as the
 *            system has not taken all that was written, it cannot have been asked: then it is given up when it takes nothing for twice as long.
 */
export class Connection {
  /** What is made here is written soon, if `due` is called. */
  readonly encoder: ClientEncoder = new ClientEncoder(MAX_GREETING_BYTES)
  /** How often something was written. */
  writes = 0
  readonly #target: Target
  readonly #settings: Settings
  readonly #socket: Socket
  readonly #decoder = serverDecoder(MAX_GREETING_BYTES)
  readonly #stopTimer: () => void
  readonly #hearer: Hearer
  #error: QueueError | undefined
  #hasEnded = false
  #isWanted = true
  #isDue = false
  #watch: NodeJS.Timeout | undefined
  #hasHeard = true
  #isAsked = false
  #watchedAt = performance.now()
  #isLate = false

  constructor(target: Target, settings: Settings, hearer: Hearer) {
    const { host, port, tls } = target
    this.#target = target
    this.#settings = settings
    this.#hearer = hearer
    const { connectTimeoutMs } = settings
    this.#stopTimer = startTimer(connectTimeoutMs, () =>
      this.destroy(this.#unreachable(`no greeting in ${connectTimeoutMs} ms`)),
    )
    const socket =
      tls === undefined ? connect({ host, port, onread: this.#intoBuffer() }) : connectTls({ ...tls, host, port })
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on(tls === undefined ? 'connect' : 'secureConnect', () => this.#hello())
    if (tls !== undefined) socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    socket.on('error', (error) => this.destroy(this.#unreachable(wordsOf(error), error)))
    socket.on('end', () =>
      this.destroy(this.#unreachable(this.#watch === undefined ? NO_GREETING : 'the connection was ended')),
    )
    socket.on('close', () => this.destroy(this.#unreachable('the connection was closed')))
  }

  /** Has what was encoded written once no more code is ready to run. */
  due(): void {
    if (this.#isDue) return
    this.#isDue = true
    process.nextTick(this.#flush)
  }

  /** Whether it keeps the process alive, once it is there: an attempt to connect does. */
  keepAlive(isWanted: boolean): void {
    this.#isWanted = isWanted
    if (this.#hasEnded || this.#socket.connecting) return
    if (isWanted) this.#socket.ref()
    else this.#socket.unref()
  }

  /** Ends it at once, for a reason. */
  destroy(error: QueueError): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#stopTimer()
    clearInterval(this.#watch)
    this.#socket.destroy()
    this.#hearer.ended(this.#error ?? error)
  }

  /** Ends it when what was encoded is written. Resolves when it has ended. */
  async end(): Promise<void> {
    if (this.#hasEnded) return
    this.#flush()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#socket.destroy(), LINGER_MS)
      this.#socket.on('close', () => {
        clearTimeout(timer)
        resolve()
      })
      this.#socket.end()
    })
  }

  #hello(): void {
    this.keepAlive(this.#isWanted)
    const { maxFrameBytes } = this.#settings
    this.encoder.hello({ version: PROTOCOL_VERSION, maxFrameBytes, token: this.#target.token })
    this.#flush()
  }

  readonly #flush = (): void => {
    this.#isDue = false
    if (this.encoder.length === 0 || this.#hasEnded) return
    const bytes = this.encoder.take()
    this.writes++
    this.#socket.write(bytes, () => this.encoder.giveBack(bytes))
  }

  /** What comes is put into the same memory again and again: all that is kept of it is copied when it is read. */
  #intoBuffer(): OnReadOpts {
    return {
      buffer: new Uint8Array(READ_BYTES),
      callback: (bytes, buffer) => {
        this.#hear(buffer.subarray(0, bytes))
        return true
      },
    }
  }

  #hear(chunk: Uint8Array): void {
    this.#hasHeard = true
    if (this.#hasEnded) return
    try {
      this.#decoder.push(chunk, this.#each)
    } catch (error) {
      if (!isQueueError(error)) throw error
      this.destroy(new QueueError('protocol', `${this.#name()} does not speak as it should: ${error.message}`))
    }
  }

  readonly #each = (message: FromServer, number: number): void => {
    if (this.#hasEnded) return
    switch (message.kind) {
      case 'pong':
        break
      case 'ping':
        this.encoder.pong()
        this.due()
        break
      case 'goodbye':
        this.#goodbye(message.error)
        break
      case 'welcome':
        this.#welcome(message)
        break
      default:
        if (this.#watch === undefined) throw malformed(`${message.kind} before the greeting`)
        this.#hearer.answered(message, number)
    }
  }

  #welcome(welcome: Welcome): void {
    if (this.#watch !== undefined) throw malformed('a second greeting')
    const { version, maxFrameBytes, quietMs } = welcome
    if (version !== PROTOCOL_VERSION) throw malformed(`version ${version}, not ${PROTOCOL_VERSION}`)
    this.#stopTimer()
    this.encoder.maxFrameBytes = maxFrameBytes
    this.#decoder.maxFrameBytes = this.#settings.maxFrameBytes
    const watchMs = Math.min(this.#settings.quietMs, quietMs, LONGEST_MS)
    this.#watch = setInterval(() => this.#isThere(watchMs), watchMs).unref()
    const unreadMs = Math.min(2 * watchMs, LONGEST_MS)
    this.#socket.setTimeout(unreadMs)
    // Not given to setTimeout(), which has it called once: nothing being written is no news, and something may be the next time.
    this.#socket.on('timeout', () => {
      if (this.#socket.writableLength === 0) return
      if (this.#isLate || this.#isLateAt(performance.now(), watchMs)) this.#socket.setTimeout(unreadMs)
      else this.destroy(this.#unreachable('it does not read what is written'))
    })
    this.#hearer.opened(welcome)
  }

  #goodbye(error: Error): void {
    const code = isQueueError(error) ? error.code : 'protocol'
    const told = new QueueError(code, `${this.#name()}: ${error.message}`)
    this.#error = told
    if (this.#watch === undefined) this.destroy(told)
    else this.#hearer.goodbye(told)
  }

  #isThere(watchMs: number): void {
    const now = performance.now()
    this.#isLate = this.#isLateAt(now, watchMs)
    this.#watchedAt = now
    if (this.#hasHeard) {
      this.#hasHeard = this.#isAsked = false
    } else if (this.#socket.writableLength > 0) {
      this.#isAsked = false // A ping would come behind what is being written.
    } else if (!this.#isAsked) {
      this.#isAsked = true
      this.encoder.ping()
      this.due()
    } else if (!this.#isLate) {
      // This program had the time to hear; what has come just now is read first.
      setImmediate(() => {
        if (!this.#hasHeard) this.destroy(this.#unreachable('nothing has been heard, nor was a ping answered'))
      })
    }
  }

  /** Whether this program has stood still since it looked last: then it could neither write nor hear. */
  #isLateAt(now: number, watchMs: number): boolean {
    return now - this.#watchedAt > 1.2 * watchMs
  }

  #name(): string {
    const { host, port } = this.#target
    return `${host.includes(':') ? `[${host}]` : host}:${port}`
  }

  #unreachable(why: string, cause?: unknown): QueueError {
    return new QueueError('unreachable', `${this.#name()}: ${why}`, { cause })
  }
}

/** What is wrong, of OpenSSL without the lines of its sources. */
function wordsOf(error: Error & { readonly code?: string; readonly reason?: string }): string {
  const { code = '', message, reason } = error
  return code.startsWith('ERR_SSL_') && reason !== undefined ? `no TLS: ${reason}` : message || code
}
