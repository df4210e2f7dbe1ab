import type { QueueEngine } from '@millrace/queue'

/** What a monitor asks of its engine: a `QueueEngine`, in this process or over a network. */
export type MonitoredEngine = Pick<QueueEngine, 'list' | 'stats' | 'peek' | 'pause' | 'resume' | 'purge' | 'redrive'>

/** A server whose connections are counted among the metrics. */
export interface MonitoredServer {
  /** What it is called there, for example where it listens. */
  readonly name: string
  /** What it has counted: connections that are open, and since it was made requests and those refused or failed. */
  stats(): { readonly connections: number; readonly requests: number; readonly errors: number }
}

/**
 * What somebody may do: `'look'`, at the page, the figures and the messages; `'change'`, also pause, resume, redrive and purge.
 */
export type MonitorRight = 'look' | 'change'

/** Somebody who may use a monitor. */
export interface MonitorToken {
  /** What is sent as `Authorization: Bearer …`, and typed into the page. */
  readonly token: string
  /** What it permits. */
  readonly right: MonitorRight
}

/** What a monitor watches, and for whom. */
export interface MonitorOptions {
  /** The queues. It is not closed with the monitor. */
  readonly engine: MonitoredEngine
  /** The servers of these queues. */
  readonly servers?: readonly MonitoredServer[] | undefined
  /** Who may use it: everybody who reaches it, if not given. `/health` and the page without its figures are for everybody in any case. */
  readonly tokens?: readonly MonitorToken[] | undefined
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
  /** Listens at an address that other machines reach although there are no tokens: whoever reaches it may purge queues then. */
  readonly withoutTokens?: boolean | undefined
}

/** How a monitor ends. */
export interface MonitorCloseOptions {
  /** How long requests that are being answered may take, in milliseconds, before their connections are cut; 5,000 if not given. */
  readonly timeoutMs?: number | undefined
}

/** Queues that are watched over HTTP. */
export interface Monitor extends AsyncDisposable {
  /**
   * Listens, and tells where it is reached, as in `http://127.0.0.1:8080`. Once only.
   *
   * Rejects with `TypeError` or `RangeError` for a wrong option, and for an address that other machines reach if there are no tokens; with
   * the error of the system if it cannot listen, such as one with code `EADDRINUSE`.
   */
  listen(options?: MonitorListenOptions): Promise<{ readonly url: string; readonly port: number }>
  /** Accepts no request any more, and resolves when those under way are answered, or cut. A second call waits for the same end. */
  close(options?: MonitorCloseOptions): Promise<void>
}
