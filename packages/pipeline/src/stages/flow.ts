import type { NameOptions } from '../api.ts'
import { nameOf } from '../options.ts'
import { type Host, NONE, type Place, type StagePlan } from '../plan.ts'
import { HoldingStage } from './holding.ts'

/** Gives an item to the next stage. */
type Emit = (item: unknown) => void

/** What a stage does that makes any number of items of each, at once. */
export interface Flow {
  /** Takes an item, and emits what comes of it. */
  take(item: unknown, emit: Emit): void
  /** Whether it wants no more. */
  readonly satisfied?: boolean
}

/** A verb whose stage is a flow. */
export interface FlowVerb {
  readonly verb: string
  readonly options: NameOptions | undefined
  /** The names of its options, but for `name`. */
  readonly known?: readonly string[]
  readonly position: number
  /** Makes the flow of one run. */
  readonly make: () => Flow
  /** Whether it may be satisfied before the end. */
  readonly isCut?: boolean
}

/** The plan of a stage that is a flow; checks the options. */
export function flowPlan({ verb, options, known, position, make, isCut = false }: FlowVerb): StagePlan {
  return {
    name: nameOf(verb, options, position, known),
    buffer: 0,
    isCut,
    open: (host, place) => new FlowStage(make(), host, place),
  }
}

/**
 * A stage at work that is a flow.
 *
 * INVARIANT  an item is taken in only while fewer than 1 + buffer wait to leave.
 */
class FlowStage extends HoldingStage {
  readonly #flow: Flow

  constructor(flow: Flow, host: Host, place: Place) {
    super(host, place.name, 1 + place.buffer)
    this.#flow = place.lineage?.flow(flow) ?? flow
  }

  get satisfied(): boolean {
    return this.#flow.satisfied === true
  }

  accept(item: unknown): typeof NONE {
    this.meter.took()
    try {
      this.#flow.take(item, this.#emit)
    } catch (error) {
      this.failed(error)
    }
    return NONE
  }

  readonly #emit = (item: unknown): void => {
    if (item === undefined) throw new TypeError(`${this.meter.name}: gave undefined, which is never an item`)
    this.held.push(item)
    this.meter.gave()
  }
}
