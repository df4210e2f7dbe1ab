import type { ServedPool } from './api.ts'
import type { Limits } from './limits.ts'
import type { Tallies } from './tallies.ts'
import type { Waits } from './waits.ts'

/** What the routes of one pool share. */
export interface Context {
  readonly pool: ServedPool
  readonly limits: Limits
  readonly waits: Waits
  readonly tallies: Tallies
  /** Drains that are served, until it is known what became of their items. */
  readonly unsettled: Set<Promise<void>>
  /** Told of items that cannot be sent. */
  readonly onUnsendable: (item: unknown, error: unknown) => void
}
