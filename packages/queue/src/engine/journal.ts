import { turn } from '@millrace/notify'
import type { Durability } from '../api.ts'
import type { QueueError } from '../errors.ts'
import { type Changes, UNHEARD } from '../state/changes.ts'
import type { QueueState } from '../state/queue-state.ts'
import type { Stored } from '../state/stored.ts'
import { copyOf } from './body-store.ts'

/** What an engine tells of a queue that is kept. */
export interface QueueRecord {
  readonly number: number
  readonly name: string
  readonly options: object
  readonly isPaused: boolean
  readonly state: QueueState
}

/**
 * What remembers the queues of an engine.
 *
 * INVARIANT  what is told between two calls of `end` is kept as a whole, or not at all.
 * INVARIANT  once it has failed it keeps nothing more, and `failure` tells why.
 */
export interface Journal {
  readonly durability: Durability
  readonly failure: QueueError | undefined
  /** Is to be told of the messages of a queue. */
  changesOf(queue: number): Changes
  /** A queue was made, paused or resumed. */
  queue(record: QueueRecord): void
  deleted(queue: QueueRecord): void
  end(): void
  /** Resolves when what was told outlives the process, or when the event loop has turned; undefined if it need not be waited for. */
  written(): Promise<void> | undefined
  /** Resolves when what was told is as safe as it is to be; as `written`. */
  safe(): Promise<void> | undefined
  /** The body of a message, a copy. Told in which queue that is, it counts those that cannot be read. */
  bodyOf(message: Stored, queue?: number): Uint8Array
  /** How many messages of a queue have a body that could not be read. */
  damagedIn(queue: number): number
  close(): Promise<void>
}

/** Remembers nothing. Who loops on what is there at once gives way to the event loop now and then. */
export const noJournal: Journal = {
  durability: 'memory',
  failure: undefined,
  changesOf: () => UNHEARD,
  queue() {},
  deleted() {},
  end() {},
  written: turn,
  safe: turn,
  bodyOf: copyOf,
  damagedIn: () => 0,
  async close() {},
}
