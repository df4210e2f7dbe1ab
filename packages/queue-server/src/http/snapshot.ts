import { QueueError, type QueueStats } from '@millrace/queue'
import type { MonitoredEngine } from './api.ts'

/** How a queue stands, and its name. */
export type NamedStats = QueueStats & { readonly name: string }

/** How all queues stand. */
export interface Snapshot {
  /** When, by a monotonic clock of this process, in milliseconds. */
  readonly atMs: number
  readonly queues: readonly NamedStats[]
}

/**
 * Reads how all queues stand.
 *
 * INVARIANT  an engine is asked once at a time: who asks meanwhile shares the answer, so ten open pages cost as much as one.
 */
export class Snapshots {
  readonly #engine: MonitoredEngine
  #current: Promise<Snapshot> | undefined

  constructor(engine: MonitoredEngine) {
    this.#engine = engine
  }

  /** As it is now, or was when somebody asked who still waits for the answer. Rejects with what the engine rejects with. */
  take(): Promise<Snapshot> {
    this.#current ??= this.#read().finally(() => {
      this.#current = undefined
    })
    return this.#current
  }

  async #read(): Promise<Snapshot> {
    const names = await this.#engine.list()
    const queues = await Promise.all(names.map((name) => this.#stats(name)))
    return { atMs: performance.now(), queues: queues.filter((stats) => stats !== undefined) }
  }

  /** `undefined` for a queue that was deleted since it was listed. */
  async #stats(name: string): Promise<NamedStats | undefined> {
    try {
      return { name, ...(await this.#engine.stats(name)) }
    } catch (error) {
      if (error instanceof QueueError && error.code === 'missing') return undefined
      throw error
    }
  }
}
