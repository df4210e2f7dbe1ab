import type { PriorityPool } from '@millrace/pool'

/** What a submit sends: one of these as JSON, or an array of them. A drain answers with an array of the same. */
export interface Submission {
  /** Any JSON value, also `null`. */
  readonly item: unknown
  /** The higher the sooner; 0 if not given. */
  readonly priority?: number
  /** Of items with the same key the pool holds one, as the pool's `submit` says. */
  readonly key?: string
  /** How long the item may wait in the pool, in milliseconds; after that nobody gets it. */
  readonly ttlMs?: number
}

/** What one request may ask for. */
export interface PoolLimits {
  /** Bytes of a body; 1 MiB if not given. A larger one is refused with 413. */
  readonly maxBodyBytes?: number | undefined
  /** Items of one submit; 10,000 if not given. More are refused with 413. */
  readonly maxBatch?: number | undefined
  /** Items of one drain; 10,000 if not given. A larger number is refused with 400. */
  readonly maxDrain?: number | undefined
  /** Bytes of the answer to a drain, 16 MiB if not given. It has fewer items then, but at least one. */
  readonly maxAnswerBytes?: number | undefined
  /** How long a client may take to receive an answer, in milliseconds; 30,000 if not given. Then it is cut, and its items are back in place. */
  readonly maxAnswerMs?: number | undefined
  /** How long a submit or a drain may wait, in milliseconds; 60,000 if not given. A longer time is refused with 400. */
  readonly maxTimeoutMs?: number | undefined
}

/** What the routes of a pool do. */
export interface PoolRoutesOptions extends PoolLimits {
  /**
   * Told of an item that is due but has no JSON, as a function or a bigint that another part of the program submitted. It has left
   * the pool, so that it does not keep back all others. If not given, it is a warning of the process. What it throws is an uncaught exception.
   */
  readonly onUnsendable?: ((item: unknown, error: unknown) => void) | undefined
}

/** How a pool is served. */
export interface PoolServerOptions extends PoolRoutesOptions {
  /**
   * Further names by which clients reach the server, without a port. At a loopback address it answers requests to `localhost`, to
   * loopback addresses and to these only: a page whose name leads here would else count as one of its own.
   */
  readonly names?: readonly string[] | undefined
  /** The address it listens at; 127.0.0.1, which only this machine reaches, if not given. */
  readonly host?: string | undefined
  /** The port it listens at; 0, which picks a free one, if not given. */
  readonly port?: number | undefined
}

/** How a server ends. */
export interface StopOptions {
  /** How long requests that are being answered may take, in milliseconds, before their connections are cut; 5,000 if not given. */
  readonly timeoutMs?: number | undefined
}

/** A pool that is reached over HTTP. */
export interface PoolServer extends AsyncDisposable {
  /** Where it is reached, as in `http://127.0.0.1:8080`. */
  readonly url: string
  /** The port it listens at. */
  readonly port: number
  /**
   * Ends the server, not the pool: no connection is accepted any more, drains that wait are answered with what is there, submits that
   * wait with 503, and when all are answered the connections are closed. Those that are not answered in time are cut; what they were
   * to get is in the pool again. A second call waits for the same end.
   */
  stop(options?: StopOptions): Promise<void>
}

/** What a server asks of its pool: a `PriorityPool`, or anything that does as much. */
export type ServedPool = Pick<
  PriorityPool<unknown>,
  'length' | 'closed' | 'trySubmit' | 'submit' | 'tryHold' | 'hold' | 'stats'
>
