import type { Durability, QueueError } from '@millrace/queue'
import type { ClientState, ConnectOptions } from './api.ts'

/** How a client stands, as it tells those who ask and who listens. */
export class Standing {
  state: ClientState = 'reconnecting'
  /** Why there is no connection, or was none the last time. */
  lastError: QueueError | undefined
  /** How often there was a connection. */
  connections = 0
  /** When a change is safe, as the server says. */
  durability: Durability | undefined
  readonly #onStateChange: ConnectOptions['onStateChange']

  constructor(onStateChange: ConnectOptions['onStateChange']) {
    this.#onStateChange = onStateChange
  }

  /** There is a connection, to a server that says when a change is safe. */
  connected(durability: Durability | undefined): void {
    this.durability = durability
    this.connections++
    this.#turn('connected')
  }

  /** There is no connection that could be used, for this reason. */
  unconnected(error: QueueError): void {
    this.lastError = error
    this.#turn('reconnecting')
  }

  /** No request is taken any more. */
  closed(): void {
    this.#turn('closed')
  }

  #turn(state: ClientState): void {
    if (this.state === state || this.state === 'closed') return
    this.state = state
    const { lastError } = this
    const onStateChange = this.#onStateChange
    // Who connects is told of the first time by its promise. What the callback throws is not to harm what goes on here.
    const isFirst = state === 'connected' && this.connections === 1
    if (onStateChange !== undefined && !isFirst) queueMicrotask(() => onStateChange(state, lastError))
  }
}
