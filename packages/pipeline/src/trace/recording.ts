import type { PipelineStats, RecordedStage, RunRecorder } from '../api.ts'

/** What happened to the items of a run, call by call. Stage 0 is the source, the last one the output. */
export interface Calls {
  readonly length: number
  readonly item: Uint32Array
  readonly stage: Uint8Array
  readonly beganMs: Float64Array
  readonly endedMs: Float64Array
  /** 1 where the function returned no promise: nothing else could happen meanwhile. */
  readonly isSync: Uint8Array
}

/** The number of a stage is a byte, and so are those of the source and the output. */
const MOST_STAGES = 254

/** Records a run, in columns that grow. */
export class Recording implements RunRecorder {
  readonly #most: number
  #stages: readonly RecordedStage[] | undefined
  #item = new Uint32Array(1_024)
  #stage = new Uint8Array(1_024)
  #beganMs = new Float64Array(1_024)
  #endedMs = new Float64Array(1_024)
  #isSync = new Uint8Array(1_024)
  #length = 0
  /** The time of what was told of last. */
  #nowMs = 0
  /** How many calls there was no place for. */
  dropped = 0
  stats: PipelineStats | undefined

  constructor(most: number) {
    this.#most = most
  }

  get stages(): readonly RecordedStage[] {
    return this.#stages ?? []
  }

  /** How long the run took; or takes so far, up to what was told of last. */
  get elapsedMs(): number {
    return this.stats?.elapsedMs ?? this.#nowMs
  }

  begin(stages: readonly RecordedStage[]): void {
    if (stages.length > MOST_STAGES)
      throw new RangeError(`run: trace: expected at most ${MOST_STAGES} stages, got ${stages.length}`)
    if (this.#stages !== undefined) throw new TypeError('run: trace: it has recorded a run already; take a new one')
    this.#stages = stages
  }

  came(item: number, askedMs: number, cameMs: number): void {
    this.#add(item, 0, askedMs, cameMs, false)
  }

  began(stage: number, item: number, atMs: number): number {
    return this.#add(item, stage + 1, atMs, Number.POSITIVE_INFINITY, false)
  }

  ended(call: number, atMs: number, isSync: boolean): void {
    this.#nowMs = atMs
    if (call < 0) return
    this.#endedMs[call] = atMs
    this.#isSync[call] = isSync ? 1 : 0
  }

  leaves(item: number, atMs: number): void {
    this.#add(item, this.stages.length + 1, atMs, atMs, false)
  }

  end(stats: PipelineStats): void {
    this.stats = stats
  }

  /** What has been recorded. Calls that have not ended end with the run, or now. */
  calls(): Calls {
    const nowMs = this.elapsedMs
    return {
      length: this.#length,
      item: this.#item.slice(0, this.#length),
      stage: this.#stage.slice(0, this.#length),
      beganMs: this.#beganMs.slice(0, this.#length),
      endedMs: this.#endedMs.slice(0, this.#length).map((ms) => Math.min(ms, nowMs)),
      isSync: this.#isSync.slice(0, this.#length),
    }
  }

  #add(item: number, stage: number, beganMs: number, endedMs: number, isSync: boolean): number {
    this.#nowMs = Number.isFinite(endedMs) ? endedMs : beganMs
    if (this.#length === this.#most) {
      this.dropped++
      return -1
    }
    if (this.#length === this.#item.length) this.#grow()
    const call = this.#length++
    this.#item[call] = item
    this.#stage[call] = stage
    this.#beganMs[call] = beganMs
    this.#endedMs[call] = endedMs
    this.#isSync[call] = isSync ? 1 : 0
    return call
  }

  #grow(): void {
    const length = Math.min(this.#most, this.#item.length * 2)
    const wider = <A extends { set(from: A): void }>(to: A, from: A): A => {
      to.set(from)
      return to
    }
    this.#item = wider(new Uint32Array(length), this.#item)
    this.#stage = wider(new Uint8Array(length), this.#stage)
    this.#beganMs = wider(new Float64Array(length), this.#beganMs)
    this.#endedMs = wider(new Float64Array(length), this.#endedMs)
    this.#isSync = wider(new Uint8Array(length), this.#isSync)
  }
}
