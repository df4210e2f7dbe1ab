import type { RecordedStage } from '../api.ts'
import type { Calls } from './recording.ts'
import { type CallModel, type ItemModel, type StageModel, simulate } from './simulate.ts'

/** So many items are simulated, the first ones. */
const MOST_ITEMS = 10_000

/** What one change would do. */
export interface Gain {
  /** What is changed, in words. */
  readonly change: string
  /** How long the run would take. */
  readonly elapsedMs: number
  /** By how much faster that is than as it is. */
  readonly times: number
}

/** What would have made a run faster: the same calls, with the same durations, simulated with other settings. */
export interface Analysis {
  /**
   * The names of the stages that were simulated: those next to each other that call functions and make one item of one. Where others lie
   * between, the slowest such part.
   */
  readonly stages: readonly string[]
  /** How many items were simulated, the first ones. */
  readonly items: number
  /** How long these take as the pipeline is, by the simulation. */
  readonly asItIsMs: number
  /** No schedule can be faster with this concurrency: the stage with the most work alone. */
  readonly boundMs: number
  /** The changes that would make it at least two hundredths faster, the best first. */
  readonly gains: readonly Gain[]
}

/** Stages next to each other, and what their items ask of them. The first one is the source, or stands for what is before. */
class Part {
  readonly names: readonly string[]
  readonly models: readonly StageModel[]
  readonly items: readonly ItemModel[]
  readonly asItIsMs: number

  /** `isLast`: an item that leaves its last stage leaves the run. */
  constructor(stages: readonly RecordedStage[], first: number, isLast: boolean, calls: Calls) {
    this.names = stages.map(({ name }) => name)
    this.models = [
      { concurrency: 1, buffer: 0, ordered: true },
      ...stages.map(({ concurrency = 1, buffer, ordered = true }): StageModel => ({ concurrency, buffer, ordered })),
    ]
    const columns = [0, ...stages.map((_, i) => first + i + 1)]
    this.items = itemsOf(calls, columns, first === 0, isLast)
    this.asItIsMs = simulate(this.models, this.items)
  }

  /** No schedule with this concurrency is faster. */
  get boundMs(): number {
    const work = this.models.map(
      ({ concurrency }, i) => this.items.reduce((sum, { calls }) => sum + (calls[i]?.ms ?? 0), 0) / concurrency,
    )
    return Math.max(0, ...work)
  }

  gains(): Gain[] {
    const gains: Gain[] = []
    const consider = (change: string, models: readonly StageModel[], items = this.items): void => {
      const elapsedMs = simulate(models, items)
      const times = this.asItIsMs / elapsedMs
      if (times >= 1.02) gains.push({ change, elapsedMs, times })
    }
    for (const [i, name] of this.names.entries()) this.#considerStage(name, i + 1, consider)
    consider(
      'buffers without limit',
      this.models.map((model) => ({ ...model, buffer: Number.POSITIVE_INFINITY })),
    )
    return gains.sort((a, b) => b.times - a.times)
  }

  #considerStage(
    name: string,
    at: number,
    consider: (change: string, models: readonly StageModel[], items?: readonly ItemModel[]) => void,
  ): void {
    const { concurrency, buffer, ordered } = this.models[at] as StageModel
    const other = (change: Partial<StageModel>): StageModel[] =>
      this.models.map((model, i) => (i === at ? { ...model, ...change } : model))
    const wide = 2 * concurrency
    consider(`${name}: concurrency ${wide} in place of ${concurrency}`, other({ concurrency: wide }))
    if (buffer < concurrency) {
      consider(`${name}: buffer ${concurrency} in place of ${buffer}`, other({ buffer: concurrency }))
    }
    if (ordered && concurrency > 1) consider(`${name}: unordered`, other({ ordered: false }))
    if (!this.items.some(({ calls }) => calls[at]?.isSync)) return
    const threaded = this.items.map(({ calls, leaves }) => ({
      calls: calls.map((call, i) => (i === at && call !== undefined ? { ...call, isSync: false } : call)),
      leaves,
    }))
    consider(`${name}: on ${wide} threads`, other({ concurrency: wide }), threaded)
  }
}

/** Simulates the slowest part of a run with its own settings, and with others. */
export function analyze(stages: readonly RecordedStage[], calls: Calls): Analysis {
  const parts: Part[] = []
  for (let first = 0; first < stages.length; first++) {
    let end = first
    while (stages[end]?.concurrency !== undefined) end++
    if (end === first) continue
    parts.push(new Part(stages.slice(first, end), first, end === stages.length, calls))
    first = end
  }
  const slowest = parts.toSorted((a, b) => b.asItIsMs - a.asItIsMs)[0] ?? new Part([], 0, true, calls)
  const { names, items, asItIsMs, boundMs } = slowest
  return { stages: names, items: items.length, asItIsMs, boundMs, gains: slowest.gains() }
}

/**
 * What each item asks of the stages in these columns, in the order in which items came there. Where other stages follow, it is not known
 * whether an item leaves the last of them; most do.
 */
function itemsOf(calls: Calls, columns: readonly number[], withSource: boolean, isLast: boolean): ItemModel[] {
  const places = new Map(columns.map((column, i) => [column, i]))
  if (!withSource) places.delete(0)
  const output = (columns.at(-1) as number) + 1
  const items = new Map<number, { readonly calls: (CallModel | undefined)[]; leaves: boolean }>()
  for (let call = 0; call < calls.length; call++) {
    const stage = calls.stage[call] as number
    const id = calls.item[call] as number
    const place = places.get(stage)
    let item = items.get(id)
    if (isLast && stage === output && item !== undefined) item.leaves = true
    if (place === undefined) continue
    if (item === undefined) {
      if (items.size === MOST_ITEMS) continue
      item = { calls: new Array<CallModel | undefined>(columns.length).fill(undefined), leaves: !isLast }
      items.set(id, item)
    }
    const ms = (calls.endedMs[call] as number) - (calls.beganMs[call] as number)
    item.calls[place] = { ms, isSync: calls.isSync[call] === 1 }
  }
  return [...items.values()]
}
