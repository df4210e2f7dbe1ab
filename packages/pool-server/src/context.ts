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
  /** Items on their way to clients, until it is known what became of them. */
  readonly unsettled: Set<Promise<void>>
}
