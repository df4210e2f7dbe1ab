import type { Durability, QueueEngine, QueueError } from '@millrace/queue'

/** Whom to trust, and who one is; whatever else `tls.connect` of `node:tls` takes may stand here, too. */
export interface TlsOptions {
  /** Authorities to trust, instead of those that Node knows. */
  readonly ca?: TlsData | readonly TlsData[] | undefined
  /** The certificate of the client, and those it hangs on. */
  readonly cert?: TlsData | undefined
  /** The key of that certificate. */
  readonly key?: TlsData | undefined
  /** The name that the certificate of the server is to have; the host if not given. */
  readonly servername?: string | undefined
  /** Whatever else. */
  readonly [option: string]: unknown
}

/** Text in PEM format, or its bytes. */
export type TlsData = string | Uint8Array

/** Where a server is. */
export interface Address {
  /** The name or the address of the machine; 127.0.0.1 if not given. */
  readonly host?: string | undefined
  /** The port; 7411 if not given. */
  readonly port?: number | undefined
  /** As the option. */
  readonly tls?: boolean | TlsOptions | undefined
  /** As the option. */
  readonly token?: string | undefined
}

/**
 * Whether requests reach the server: `'connected'`; `'reconnecting'`, they wait until it is there again; `'closed'`, they are refused, though
 * those before may still be answered.
 */
export type ClientState = 'connected' | 'reconnecting' | 'closed'

/** How a client is connected. */
export interface ConnectOptions {
  /** Who it is, as the server knows it. It is in no error and no URL that is shown. */
  readonly token?: string | undefined
  /** Whether to speak TLS, and what `node:tls` is to know: authorities, a certificate. As the URL says if not given. */
  readonly tls?: boolean | TlsOptions | undefined
  /** Ends the first connecting, with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
  /** Each attempt to connect, greetings included, may take so long, in milliseconds; 10,000 if not given. */
  readonly connectTimeoutMs?: number | undefined
  /** About so long it waits between two attempts to connect again, in milliseconds; 25 if not given. Doubled with each. */
  readonly retryDelayMs?: number | undefined
  /** No such wait is longer; 500 if not given. */
  readonly maxRetryDelayMs?: number | undefined
  /**
   * A request that has waited so long for a connection, in milliseconds, rejects with code `unreachable`; it waits for ever if not given. A
   * `receive` without `timeoutMs` always does.
   */
  readonly unreachableMs?: number | undefined
  /**
   * A server that has said nothing for so long, in milliseconds, or up to twice as long, is asked whether it is there; it is given up two to three
   * times as long after it spoke last. 10,000 if not given. The server may want it sooner. A network that takes longer for a large message needs more.
   */
  readonly quietMs?: number | undefined
  /**
   * So many requests of each kind may be without an answer, of all queues together: receives that wait, sends that may wait, and all others; 100,000
   * if not given. More reject with code `busy`.
   */
  readonly maxPending?: number | undefined
  /**
   * From so many bytes of bodies in those of its kind on, and of leases of `ackMany`, a send or an `ackMany` rejects with code `busy`; 256 MiB if not
   * given.
   */
  readonly maxPendingBytes?: number | undefined
  /**
   * A frame of at most so many bytes is taken; 128 MiB if not given, 2 MiB at least. Body and headers of a message have 8 KiB less: when one is next
   * that has more, `receive` rejects with code `too-large`, and it stays.
   */
  readonly maxFrameBytes?: number | undefined
  /** Told of each change of the state, and why. What it throws is not caught. */
  readonly onStateChange?: ((state: ClientState, error: QueueError | undefined) => void) | undefined
}

/** How a client ends. */
export interface CloseOptions {
  /** How long requests may take that are being answered, in milliseconds; 5,000 if not given. */
  readonly timeoutMs?: number | undefined
}

/**
 * Queues of a server, as if they were in this program.
 *
 * Who awaits each answer has one request under way; who does not has many: those that are made at once are written together. They are
 * answered in any order. Receives that wait, sends that may wait, and all that is answered at once are each begun in the order they are made. Of each
 * of these kinds the server takes so many at a time; more wait here, and keep back none of another kind: so on one queue nobody keeps back what it
 * waits for.
 *
 * All queues of a client share that. Beyond it a receive that waits is begun after those made before it, also if they are of another queue; with
 * `timeoutMs` it may give none although its queue has some. A send that may wait, likewise, rejects with code `timeout` although its queue has room.
 * Who has that many wait uses another client for other queues, or has fewer wait at a time. `trySend`, and `timeoutMs: 0`, are not behind them.
 *
 * What is lost with a connection, until the next one:
 *
 *     not written yet ─────────────────────────────────────────────▶ sent on the next one
 *     receive, ack, ackMany, nack, extend, list, stats, peek,
 *     create, pause, resume; a send with a dedupKey ───────────────▶ sent again on the next one
 *     a send without one, a receive that gives no lease, by its
 *     leaseMs or that of its queue; delete, purge, redrive ────────▶ rejects with code `unknown`
 *
 * What is sent again may have been done the first time. So `create` may give false for a queue it made, `ack` `missing` for a message it
 * acknowledged, and `nack` `requeued`: each says how things are now. Messages that were on their way come again when their lease is over. Dedup
 * keys hold as long as `dedupMs` of their queue. A send that is refused the second time, since the queue is full or for another reason that says
 * nothing of the first, rejects with code `unknown`, too.
 *
 * A server that does not let the client in any more ends what waits with its reason; it is tried on. Whatever ends a request that changes
 * something, if it was written on a connection that was lost before: it rejects with code `unknown`.
 *
 * Times to wait count from the call. A request whose time is over before there is a connection rejects with code `unreachable`, or `unknown` if
 * it was written before and changes something, as a receive does that asks for no lease: its queue may give none. Each body is the client's until
 * its send is answered.
 *
 * An abort asks the server to cancel, and the request ends when it has: rejected with the reason, or as ever if it was too late. A server that
 * does not answer within a second is not waited for: then a receive rejects with the reason, and messages that come all the same are given back;
 * a send that was written, and a receive with `leaseMs: 0`, reject with code `unknown`. Of a receive that does not say, and is aborted or ended by
 * `close`, nobody is told if its queue gives no leases and has given messages to it.
 *
 * A client that nobody waits for does not keep the process alive.
 */
export interface QueueClient extends QueueEngine {
  /** Whether requests reach the server. */
  readonly state: ClientState
  /** Why there is no connection, or was none the last time; undefined if there always was one. */
  readonly lastError: QueueError | undefined
  /** Requests that are not answered, those that wait for a connection included. */
  readonly pending: number
  /** How often it has been connected. */
  readonly connections: number
  /** When a change is safe, as the server says; undefined if it depends on the queue. */
  readonly durability: Durability | undefined
  /**
   * Takes no more requests. Those that wait end with code `closed`, others are answered, if there is a connection and it takes no longer than
   * `timeoutMs`; then it ends. What was written and not answered by then rejects with code `unknown`. A second call waits for the same end.
   */
  close(options?: CloseOptions): Promise<void>
}
