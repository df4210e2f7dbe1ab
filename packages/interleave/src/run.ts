/**
 * One run: where every actor stands, who is parked, and what happened so far. Turns are taken, saved and restored.
 *
 *             park            wake, time out
 *     ready ────────▶ parked ────────────────▶ ready        unborn ──(its actor dies)──▶ ready
 *       │ last step      │
 *       ▼                ▼ dies (any state but ended)
 *     ended             dead
 *
 * INVARIANT  a run is a function of its events: in reverse they are undone through the journal of the words, and a host's
 *            state, which has no journal, is made anew and the events are taken again.
 */
import type { Actor, ActorNode } from './actor.ts'
import type { Failure, Model } from './model.ts'
import type { Answer, Operation } from './operation.ts'
import { isStill } from './round.ts'
import { CHOICE, DIE, RUN, TIME_OUT, type Turn } from './schedule.ts'
import { Versions } from './versions.ts'

/** What happened in one turn. */
export interface Event extends Turn {
  /** Where the actor stood before. */
  readonly node: ActorNode
  readonly answer: Answer
  /** Those it woke. */
  readonly woken: readonly number[]
  /** Whether it was taken at once since it concerned nobody else. */
  readonly isLocal: boolean
}

/** A place to come back to. */
export interface Saved {
  readonly nodes: readonly ActorNode[]
  readonly status: readonly number[]
  readonly parked: readonly number[]
  readonly mark: number
  readonly length: number
  readonly last: number
  readonly preemptions: number
}

/** A recovery whose actor lives. */
export const UNBORN = 0
/** It has a step to take. */
const READY = 1
/** It waits for a wake. */
export const PARKED = 2
/** It returned or threw. */
export const ENDED = 3
/** It never runs on. */
export const DEAD = 4

const NOBODY = -1
const NONE: readonly number[] = []
// A loop that gives up by itself does so within so many times the rounds that are tried in every order.
const PATIENCE = 16

/** The state of one run. */
export class Run {
  nodes: ActorNode[] = []
  status: number[] = []
  /** Those who are parked, first those who parked first. */
  parked: number[] = []
  events: Event[] = []
  last: number = NOBODY
  preemptions = 0
  state: unknown
  failure: Failure | undefined
  /** Whether nobody can go on; known after `turns`. */
  isOver = false
  /** How many actors `turns` held back. */
  held = 0
  readonly versions: Versions
  readonly #model: Model
  readonly #runsThrough: boolean
  #isLocal = false

  constructor(model: Model, runsThrough: boolean) {
    this.#model = model
    this.versions = new Versions(model)
    this.#runsThrough = runsThrough
    this.#begin()
    for (const actor of model.actors) this.#runThrough(actor.index)
  }

  /** Everything that may happen next: first that the last actor goes on. */
  turns(mostPreemptions: number): Turn[] {
    const actors = this.#model.actors
    const able = actors.filter(({ index }) => this.#canRun(index))
    this.held = actors.filter(({ index }) => this.#isHeld(index)).length
    if (able.length === 0) {
      const patient = actors.find(({ index }) => this.#isHeld(index) && !this.isStuck(index))
      if (patient !== undefined) able.push(patient)
    }
    const turns: Turn[] = []
    const last = able.find(({ index }) => index === this.last)
    const chosen = last !== undefined && this.preemptions >= mostPreemptions ? [last] : able
    if (last !== undefined) addWays(turns, last.index, this.nodes[last.index])
    for (const actor of chosen) if (actor !== last) addWays(turns, actor.index, this.nodes[actor.index])
    for (const index of this.parked) {
      if (this.nodes[index]?.operation?.mayTimeOut) turns.push({ actor: index, way: TIME_OUT })
    }
    this.isOver = turns.length === 0
    for (const actor of actors) if (this.#mayDie(actor)) turns.push({ actor: actor.index, way: DIE })
    return turns
  }

  /** Takes one turn, and then every step that concerns nobody else. */
  take({ actor, way }: Turn): void {
    const isSwitch = this.last !== NOBODY && this.last !== actor && way !== DIE && way !== TIME_OUT
    if (isSwitch && this.#canRun(this.last)) this.preemptions++
    if (way !== DIE && way !== TIME_OUT) this.last = actor
    const woken = this.#act(actor, way)
    if (way === DIE) this.#runThrough(this.#model.recoveryOf(actor))
    else this.#runThrough(actor)
    for (const other of woken) this.#runThrough(other)
  }

  /** Who ran last, if it can go on; -1 otherwise. */
  get lastAble(): number {
    return this.last !== NOBODY && this.#canRun(this.last) ? this.last : NOBODY
  }

  /** Whether the actor loops, and did so long enough alone. */
  isStuck(actor: number): boolean {
    return this.#isHeld(actor) && (this.nodes[actor]?.round?.times ?? 0) >= this.#model.rounds * PATIENCE
  }

  /** Whether the turn can be taken now. */
  allows({ actor, way }: Turn): boolean {
    const it = this.#model.actors[actor]
    const operation = this.nodes[actor]?.operation
    if (it === undefined || operation === undefined) return false
    if (way === DIE) return this.#mayDie(it)
    if (way === TIME_OUT) return this.status[actor] === PARKED && operation.mayTimeOut
    return this.status[actor] === READY && (operation.kind === 'choose' ? way - CHOICE < operation.ways : way === RUN)
  }

  save(): Saved {
    return {
      nodes: this.nodes.slice(),
      status: this.status.slice(),
      parked: this.parked.slice(),
      mark: this.#model.words?.mark ?? 0,
      length: this.events.length,
      last: this.last,
      preemptions: this.preemptions,
    }
  }

  restore(saved: Saved): void {
    this.failure = undefined
    if (this.#model.needsState) {
      const events = this.events.slice(0, saved.length)
      this.#begin()
      for (const { actor, way } of events) this.#act(actor, way)
    } else {
      this.#model.words?.undo(saved.mark)
      this.events.length = saved.length
      this.nodes = saved.nodes.slice()
      this.status = saved.status.slice()
      this.parked = saved.parked.slice()
    }
    this.last = saved.last
    this.preemptions = saved.preemptions
  }

  #begin(): void {
    this.events = []
    this.parked = []
    this.failure = undefined
    this.versions.clear()
    this.state = this.#model.prepare()
    this.nodes = this.#model.actors.map(({ root }) => root)
    this.status = this.#model.actors.map(({ index }) => (this.#model.isRecovery(index) ? UNBORN : READY))
    for (const { index, root } of this.#model.actors) if (this.status[index] === READY) this.#arrive(index, root)
  }

  #canRun(actor: number): boolean {
    return this.status[actor] === READY && !this.#isHeld(actor)
  }

  #isHeld(actor: number): boolean {
    const round = this.nodes[actor]?.round
    if (round === undefined || this.status[actor] !== READY) return false
    return (round.isPaused || round.times >= this.#model.rounds) && isStill(round, this.state)
  }

  #mayDie(actor: Actor): boolean {
    const status = this.status[actor.index]
    return actor.isKillable && (status === READY || status === PARKED) && this.nodes[actor.index]?.isMortal === true
  }

  #runThrough(actor: number): void {
    const it = this.#model.actors[actor]
    if (!this.#runsThrough || it === undefined) return
    while (this.failure === undefined && this.#canRun(actor)) {
      if (!this.#model.sharing.isLocal(this.nodes[actor] as ActorNode, it.isKillable)) return
      this.#isLocal = true
      this.#act(actor, RUN)
      this.#isLocal = false
    }
  }

  #act(actor: number, way: number): readonly number[] {
    const node = this.nodes[actor] as ActorNode
    if (way === DIE) {
      this.#leaveQueue(actor)
      this.status[actor] = DEAD
      const recovery = this.#model.recoveryOf(actor)
      this.#tell(actor, way, node, undefined, NONE)
      if (recovery !== NOBODY) this.#arrive(recovery, this.nodes[recovery] as ActorNode)
      return NONE
    }
    if (way === TIME_OUT) {
      this.#leaveQueue(actor)
      this.#advance(actor, way, node, 'timed-out', NONE)
      return NONE
    }
    return this.#step(actor, way, node, node.operation as Operation)
  }

  #step(actor: number, way: number, node: ActorNode, operation: Operation): readonly number[] {
    const answer = this.#perform(actor, operation, way)
    if (this.failure !== undefined) {
      this.#tell(actor, way, node, answer, NONE)
      return NONE
    }
    if (this.#model.needsState) this.versions.see(node, operation)
    if (operation.kind === 'wait' && answer === 'ok') {
      this.status[actor] = PARKED
      this.parked.push(actor)
      this.#tell(actor, way, node, answer, NONE)
      return NONE
    }
    const woken = operation.kind === 'notify' ? this.#firstParked(operation) : NONE
    this.#advance(actor, way, node, operation.kind === 'notify' ? woken.length : answer, woken)
    for (const other of woken) {
      this.#leaveQueue(other)
      this.#arrive(other, this.#actor(other).after(this.nodes[other] as ActorNode, 'ok'))
    }
    return woken
  }

  #perform(actor: number, operation: Operation, way: number): Answer {
    if (operation.kind === 'choose') return way - CHOICE
    try {
      return operation.perform(this.state)
    } catch (error) {
      this.#threw(actor, error)
      return undefined
    }
  }

  #firstParked({ writes, count }: Operation): readonly number[] {
    const isThere = (actor: number) => this.nodes[actor]?.operation?.reads[0] === writes[0]
    return this.parked.filter(isThere).slice(0, count)
  }

  #advance(actor: number, way: number, node: ActorNode, answer: Answer, woken: readonly number[]): void {
    this.#tell(actor, way, node, answer, woken)
    this.#arrive(actor, this.#actor(actor).after(node, answer))
  }

  #tell(actor: number, way: number, node: ActorNode, answer: Answer, woken: readonly number[]): void {
    this.events.push({ actor, way, node, answer, woken, isLocal: this.#isLocal })
  }

  #arrive(actor: number, node: ActorNode): void {
    this.nodes[actor] = node
    this.status[actor] = node.operation === undefined ? ENDED : READY
    if (node.outcome?.kind === 'threw') {
      this.#threw(actor, node.outcome.error)
    } else if (node.depth > this.#model.maxSteps) {
      const reason = `${this.#actor(actor).name} took ${this.#model.maxSteps} steps and did not end`
      this.failure ??= { code: 'livelock', reason, cause: undefined }
    }
  }

  #threw(actor: number, error: unknown): void {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    this.failure ??= { code: 'throw', reason: `${this.#actor(actor).name} threw ${what}`, cause: error }
  }

  #leaveQueue(actor: number): void {
    const at = this.parked.indexOf(actor)
    if (at !== -1) this.parked.splice(at, 1)
  }

  #actor(index: number): Actor {
    return this.#model.actors[index] as Actor
  }
}

function addWays(turns: Turn[], actor: number, node: ActorNode | undefined): void {
  const operation = node?.operation
  if (operation?.kind !== 'choose') turns.push({ actor, way: RUN })
  else for (let choice = 0; choice < operation.ways; choice++) turns.push({ actor, way: CHOICE + choice })
}
