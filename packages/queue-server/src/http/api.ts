import type { QueueEngine } from '@millrace/queue'
import type { CloseOptions, Listening, QueueServer, TokenRule } from '../api.ts'

/** What a monitor asks of its engine: a `QueueEngine`, in this process or over a network. */
export type MonitoredEngine = Pick<QueueEngine, 'list' | 'stats' | 'peek' | 'pause' | 'resume' | 'purge' | 'redrive'>

/** A server that is counted among the metrics. */
export type MonitoredServer = Pick<QueueServer, 'stats'>

/** What a monitor watches, and for whom. */
export interface MonitorOptions {
  /** The queues. It stays open when the monitor closes. */
  readonly engine: MonitoredEngine
  /** The servers of these queues, by the names that they have in the metrics. */
  readonly servers?: Readonly<Record<string, MonitoredServer>> | undefined
  /**
   * Who may use it, as with the server: with any right one sees a queue and its figures, with `receive` its messages, with `manage` one may pause,
   * resume, redrive and purge it. Everybody may do everything, if not given. `/health` and the page without its figures are for everybody in any case.
   */
  readonly tokens?: readonly TokenRule[] | undefined
  /** Has it speak HTTPS. */
  readonly tls?: { readonly key: string | Uint8Array; readonly cert: string | Uint8Array } | undefined
  /**
   * Further names by which it is reached, without a port. At a loopback address it answers requests to `localhost`, to loopback
   * addresses and to these only: a page whose name leads here would else count as one of its own.
   */
  readonly names?: readonly string[] | undefined
}

/** Where a monitor listens. */
export interface MonitorListenOptions {
  /** The address; 127.0.0.1, which only this machine reaches, if not given. */
  readonly host?: string | undefined
  /** The port; 0, which picks a free one, if not given. */
  readonly port?: number | undefined
  /**
   * At an address that other machines reach a monitor needs tokens: whoever reaches it could purge queues else. And it needs TLS, which keeps
   * tokens and messages secret. It does without what is named here.
   */
  readonly unsafe?: readonly ('no-tokens' | 'no-tls')[] | undefined
}

/** Queues that are watched over HTTP. */
export interface Monitor extends AsyncDisposable {
  /**
   * Listens, once only. Resolves when it is reached there; the `url` is as in `http://127.0.0.1:8080`.
   *
   * Rejects with `TypeError` or `RangeError` for wrong options, and at an address that others reach for what is unsafe; with the error of the
   * system if it cannot listen, such as one with code `EADDRINUSE`.
   */
  listen(options?: MonitorListenOptions): Promise<Listening>
  /**
   * Ends the monitor, not the engine: no request is accepted, those under way are answered. Connections that have not ended in time are cut. A
   * second call waits for the same end.
   */
  close(options?: CloseOptions): Promise<void>
}
