import type { TlsOptions } from 'node:tls'
import type { Durability, QueueEngine, QueueErrorCode } from '@millrace/queue'
import type { Request } from '@millrace/queue/protocol'

/**
 * What a client may do with a queue: `send` to it; `receive` from it, settle what it received, and peek; `manage` it: create, delete, pause,
 * resume, purge, redrive. With any of these it may see the queue in the list, and its statistics.
 */
export type Right = 'send' | 'receive' | 'manage'

/** What who knows a token may do. */
export interface TokenRule {
  /** 16 to 1,024 characters of ASCII, none of them a space: so a header of HTTP carries it, too. */
  readonly token: string
  /** Names of queues, or how names begin and a `*`; all queues if not given. */
  readonly queues?: readonly string[] | undefined
  /** What may be done with these; everything if not given. */
  readonly rights?: readonly Right[] | undefined
}

/** What a server bears. Who goes beyond is refused or cut; others do not notice. */
export interface ServerLimits {
  /** Connections in total; 10,000 if not given. */
  readonly maxConnections?: number | undefined
  /** Connections of one address; 2,000 if not given. */
  readonly maxConnectionsPerAddress?: number | undefined
  /**
   * Requests of one connection that are not answered, of each kind: receives that wait, sends that may wait, and all others; 4,096 if not given. More
   * are answered `busy`.
   */
  readonly maxRequests?: number | undefined
  /** Bytes of these, of each kind, and one frame; 64 MiB if not given. */
  readonly maxRequestBytes?: number | undefined
  /** Bytes of one frame; 16 MiB and 64 KiB if not given. */
  readonly maxFrameBytes?: number | undefined
  /** So many bytes of messages one `receive` or `peek` gives, each counted as 64 at least, but one message whatever its size; 16 MiB if not given. */
  readonly maxAnswerBytes?: number | undefined
  /** From so many bytes of answers on that one connection has not read, nothing is read of it; 16 MiB if not given. */
  readonly maxUnreadBytes?: number | undefined
  /** Bytes of requests and answers of all connections; 1 GiB if not given. Beyond, the connection that has most is cut. */
  readonly maxBufferedBytes?: number | undefined
  /** A greeting takes at most so long, in milliseconds, that of TLS included; 10,000 if not given. */
  readonly greetingMs?: number | undefined
  /** A connection that says nothing for so long, in milliseconds, is asked whether it is there, and cut after as long again, each up to a quarter of it later; 30,000 if not given. */
  readonly quietMs?: number | undefined
  /** A connection that reads nothing of its answers for so long, in milliseconds, is cut; 30,000 if not given. */
  readonly slowMs?: number | undefined
}

/** What is served, and to whom. */
export interface ServerOptions {
  /** Where the queues are. It stays open when the server closes. */
  readonly engine: QueueEngine & { readonly durability?: Durability | undefined }
  /** Who is let in; everybody, with all rights, if not given. */
  readonly tokens?: readonly TokenRule[] | undefined
  /** Key and certificate, and whatever else `node:tls` takes; plain TCP if not given. */
  readonly tls?: TlsOptions | undefined
  /** What the server bears. */
  readonly limits?: ServerLimits | undefined
  /** When a change is safe, as clients are told in the greeting; as the engine says if not given. */
  readonly durability?: Durability | undefined
  /** Told of what the engine fails with that is neither a `QueueError` nor misuse, and of the first with code `read-only`; a warning of the process if not given. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** Where a server listens. */
export interface ListenOptions {
  /** The address; 127.0.0.1, which only this machine reaches, if not given. */
  readonly host?: string | undefined
  /** The port; 7411 if not given, 0 picks a free one. */
  readonly port?: number | undefined
  /** As that of the server, for this listener; null is plain TCP. */
  readonly tls?: TlsOptions | null | undefined
  /**
   * At an address that other machines reach a server needs tokens, or asks for certificates of clients, and TLS, which keeps tokens and messages secret.
   * It does without what is named here.
   */
  readonly unsafe?: readonly ('no-tokens' | 'no-tls')[] | undefined
}

/** Where a server is reached. */
export interface Listening {
  /** The address. */
  readonly host: string
  /** The port. */
  readonly port: number
  /** As clients take it: `millrace://127.0.0.1:7411`, with TLS `millraces://…`. */
  readonly url: string
}

/** How a server ends. */
export interface CloseOptions {
  /** How long requests may take that are being answered, in milliseconds, before their connections are cut; 5,000 if not given. */
  readonly timeoutMs?: number | undefined
}

/** Why a connection is refused: there are too many, or of its address; it has a wrong token; it speaks an old version. */
export type RefusalReason = 'connections' | 'address' | 'token' | 'version'

/**
 * Why a connection is cut: it said what cannot be read, or something too large; no greeting came in time; it was silent; it did not read; it had
 * most when there was too much in all; it had not ended when the server closed.
 */
export type CutReason = 'protocol' | 'too-large' | 'greeting' | 'quiet' | 'slow' | 'memory' | 'closing'

/** How a server stands, and what it has done. */
export interface ServerStats {
  /** Connections now, greeted or not. */
  readonly connections: number
  /** Connections that have been accepted. */
  readonly accepted: number
  /** Connections that have been refused. */
  readonly refused: Readonly<Record<RefusalReason, number>>
  /** Connections that have been cut. */
  readonly cut: Readonly<Record<CutReason, number>>
  /** Requests that have come, by kind. */
  readonly requests: Readonly<Record<Request['kind'], number>>
  /** Requests that have failed, by the code of the error. */
  readonly failures: Readonly<Record<QueueErrorCode | 'misuse', number>>
  /** Requests that were cancelled in time. */
  readonly cancelled: number
  /** Requests that are not answered yet. */
  readonly pending: number
  /** Messages that went back since their connection ended before they were on their way. */
  readonly returned: number
  /** Bytes that have come. */
  readonly bytesIn: number
  /** Bytes that have been written. */
  readonly bytesOut: number
  /** Bytes of requests that are not answered, and of answers that are not written. */
  readonly bufferedBytes: number
}

/** Queues that are reached over TCP. */
export interface QueueServer extends AsyncDisposable {
  /**
   * Listens, also in several places. Resolves when it is reached there.
   *
   * Rejects with `TypeError` or `RangeError` for wrong options, and at an address that others reach for what is unsafe; with the error of the
   * system if it cannot listen, such as one with code `EADDRINUSE`; with a `QueueError` with code `closed` once the server is closed.
   */
  listen(options?: ListenOptions): Promise<Listening>
  /**
   * Ends the server, not the engine: no connection is accepted, nor any request; waiting receives and sends end without an effect, other
   * requests are answered. Connections that have not ended in time are cut. A second call waits for the same end.
   */
  close(options?: CloseOptions): Promise<void>
  /** How it stands. */
  stats(): ServerStats
}
