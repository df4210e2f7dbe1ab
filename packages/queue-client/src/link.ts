import type { QueueError } from '@millrace/queue'
import type { Answer, Welcome } from '@millrace/queue/protocol'
import { Connection, type Hearer } from './connection.ts'
import type { Settings, Target } from './settings.ts'

/** Who uses a link. */
export interface LinkUser {
  /** There is a connection. */
  connected(connection: Connection, welcome: Welcome): void
  /** A request of this connection is answered, or in part. Throws a `QueueError` if it cannot be. */
  answered(answer: Answer, number: number): void
  /** This connection takes no request any more, and will end. */
  leaving(error: QueueError): void
  /** There is no connection any more. */
  lost(error: QueueError): void
  /** There was none, and none could be made now. */
  failed(error: QueueError): void
}

/**
 * One connection after the other.
 *
 *     connecting ──▶ connected ──lost──▶ paused ──▶ connecting …      until it is closed
 *          └── failed ─────────────────────▲
 *
 * INVARIANT  pauses double with each attempt; a connection that held for the longest pause sets them back, so that none that is cut at once
 *            makes us hurry.
 */
export class Link implements Hearer {
  readonly #target: Target
  readonly #settings: Settings
  readonly #user: LinkUser
  #connection: Connection
  #isOpen = false
  #isClosed = false
  #isWanted = true
  #attempts = 0
  #openedAt = 0
  #pause: NodeJS.Timeout | undefined

  /** Begins to connect. */
  constructor(target: Target, settings: Settings, user: LinkUser) {
    this.#target = target
    this.#settings = settings
    this.#user = user
    this.#connection = new Connection(target, settings, this)
  }

  /** Whether it keeps the process alive. */
  keepAlive(isWanted: boolean): void {
    this.#isWanted = isWanted
    this.#connection.keepAlive(isWanted)
    if (isWanted) this.#pause?.ref()
    else this.#pause?.unref()
  }

  /** Ends at once. Nobody is told. */
  destroy(error: QueueError): void {
    this.#isClosed = true
    clearTimeout(this.#pause)
    this.#connection.destroy(error)
  }

  /** Ends when everything is written. Nobody is told. */
  async end(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#pause)
    await this.#connection.end()
  }

  opened(welcome: Welcome): void {
    this.#isOpen = true
    this.#openedAt = performance.now()
    this.#user.connected(this.#connection, welcome)
  }

  answered(answer: Answer, number: number): void {
    this.#user.answered(answer, number)
  }

  goodbye(error: QueueError): void {
    this.#user.leaving(error)
  }

  ended(error: QueueError): void {
    if (this.#isClosed) return
    const wasOpen = this.#isOpen
    this.#isOpen = false
    if (wasOpen && performance.now() - this.#openedAt >= this.#settings.maxRetryDelayMs) this.#attempts = 0
    this.#pause = setTimeout(() => this.#connect(), this.#pauseMs())
    if (!this.#isWanted) this.#pause.unref()
    if (wasOpen) this.#user.lost(error)
    else this.#user.failed(error)
  }

  #connect(): void {
    this.#connection = new Connection(this.#target, this.#settings, this)
    this.#connection.keepAlive(this.#isWanted)
  }

  #pauseMs(): number {
    const { retryDelayMs, maxRetryDelayMs } = this.#settings
    const most = Math.min(maxRetryDelayMs, retryDelayMs * 2 ** Math.min(this.#attempts++, 50), 2 ** 31 - 1)
    // Who lost the same server does not come back at the same moment.
    return most * (0.5 + Math.random() / 2)
  }
}
