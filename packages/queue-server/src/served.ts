import type { Durability, QueueEngine } from '@millrace/queue'
import type { Limits } from './limits.ts'
import type { Memory } from './memory.ts'
import type { Gate } from './rights.ts'
import type { Tallies } from './tallies.ts'

/** What all connections of a server share. */
export interface Served {
  readonly engine: QueueEngine
  readonly limits: Limits
  readonly gate: Gate
  readonly tallies: Tallies
  readonly memory: Memory
  readonly durability: Durability | undefined
  /** Told of what the engine should not fail with. */
  readonly onError: (error: unknown) => void
}
