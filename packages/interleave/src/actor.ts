/**
 * An actor as a tree of what it does: a node is where it stands after the answers it got so far, and holds what it is
 * about to do next. JavaScript cannot suspend a synchronous function, so a node is found by running the function from its
 * start on the answers of its path, up to the first operation without one; there an exception stops it.
 *
 *                 ┌ 0 → cmpxchg tail 0→1 ┬ 0 → write value = 7 …
 *     load tail ──┤                      └ 1 → load tail …
 *                 └ 1 → …                          one edge per answer
 *
 * INVARIANT  an actor's function is a function of its answers: so a node, once found, is never looked for again, and the
 *            explorer performs operations without running any actor.
 */
import { describeValue } from './check.ts'
import { type Answer, type Operation, PlainOperation } from './operation.ts'
import { type Round, roundOf } from './round.ts'

/** Where an actor stands. */
export interface ActorNode {
  readonly id: number
  /** How many steps it took to get here. */
  readonly depth: number
  readonly parent: ActorNode | undefined
  /** The answer that led here from the parent. */
  readonly answer: Answer
  /** What it is about to do; `undefined` if it has ended. */
  readonly operation: Operation | undefined
  /** Whether death may strike before the operation: not inside a region. */
  readonly isMortal: boolean
  readonly outcome: Outcome | undefined
  /** The round of steps it has been repeating, if it waits in a loop. */
  readonly round: Round | undefined
  readonly next: Map<Answer, ActorNode>
  /** Whether its operation concerns no other actor, as of the epoch. */
  isLocal: boolean
  epoch: number
}

/** How an actor ended. */
export type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly error: unknown }

// Thrown to stop an actor's function at its next operation.
const STOP = { message: 'this actor is stopped by the explorer; rethrow what you did not throw' }

let running: Replay | undefined
let lastId = 0

/** Takes one step of the running actor; in `setup` and `check`, where none runs, does it at once. */
export function perform(operation: Operation): Answer {
  if (running !== undefined) return running.take(operation)
  if (operation.needsState || operation.kind === 'wait' || operation.kind === 'choose') {
    throw new TypeError(`${operation.describe()}: only an actor can do this`)
  }
  return operation.perform(undefined)
}

/** Whether the caller is inside an actor. */
export function isInActor(): boolean {
  return running !== undefined
}

/**
 * Runs the function so that death cannot strike inside, as inside one call into WebAssembly, which `terminate()` does not
 * cut. Others still run between its steps. Answers what the function returns; regions may nest. Outside an actor it just runs.
 */
export function region<R>(body: () => R): R {
  const replay = running
  if (replay === undefined) return body()
  replay.enterRegion()
  try {
    return body()
  } finally {
    replay.leaveRegion()
  }
}

/** One actor of an exploration. */
export class Actor {
  readonly name: string
  readonly index: number
  readonly isKillable: boolean
  readonly root: ActorNode
  readonly #run: () => unknown
  readonly #onFound: (node: ActorNode, actor: Actor) => void

  constructor(
    name: string,
    index: number,
    isKillable: boolean,
    run: () => unknown,
    onFound: (node: ActorNode, actor: Actor) => void,
  ) {
    this.name = name
    this.index = index
    this.isKillable = isKillable
    this.#run = run
    this.#onFound = onFound
    this.root = this.#find(undefined, undefined)
  }

  /** Where the actor stands after this answer. */
  after(node: ActorNode, answer: Answer): ActorNode {
    const known = node.next.get(answer)
    if (known !== undefined) return known
    const found = this.#find(node, answer)
    node.next.set(answer, found)
    return found
  }

  #find(parent: ActorNode | undefined, answer: Answer): ActorNode {
    if (parent?.operation?.kind === 'end') return this.#node(parent, answer, undefined, false, parent.outcome)
    const replay = new Replay(this.name, parent, answer)
    const outcome = replay.run(this.#run)
    if (replay.stoppedAt !== undefined) return this.#node(parent, answer, replay.stoppedAt, replay.isMortal, undefined)
    // A killable actor has one more step, so that death may strike after its last one too.
    const isEnding = this.isKillable && outcome.kind === 'returned'
    return this.#node(parent, answer, isEnding ? new End(outcome.value) : undefined, true, outcome)
  }

  #node(
    parent: ActorNode | undefined,
    answer: Answer,
    operation: Operation | undefined,
    isMortal: boolean,
    outcome: Outcome | undefined,
  ): ActorNode {
    const node: ActorNode = {
      id: ++lastId,
      depth: parent === undefined ? 0 : parent.depth + 1,
      parent,
      answer,
      operation,
      isMortal,
      outcome,
      round: operation === undefined || parent === undefined ? undefined : roundOf(parent, answer),
      next: new Map(),
      isLocal: false,
      epoch: -1,
    }
    this.#onFound(node, this)
    return node
  }
}

/** One run of an actor's function on the answers it already got. */
class Replay {
  stoppedAt: Operation | undefined
  isMortal = true
  readonly #name: string
  readonly #steps: { readonly operation: Operation | undefined; readonly answer: Answer }[] = []
  #misuse: TypeError | undefined
  #position = 0
  #regions = 0
  #isRegionBegun = false

  constructor(name: string, parent: ActorNode | undefined, answer: Answer) {
    this.#name = name
    let at = parent
    for (let last = answer; at !== undefined; at = at.parent) {
      this.#steps.push({ operation: at.operation, answer: last })
      last = at.answer
    }
    this.#steps.reverse()
  }

  run(body: () => unknown): Outcome {
    running = this
    let outcome: Outcome
    try {
      outcome = { kind: 'returned', value: body() }
    } catch (error) {
      outcome = { kind: 'threw', error }
    }
    running = undefined
    if (this.#misuse !== undefined) throw this.#misuse
    if (this.stoppedAt !== undefined && !(outcome.kind === 'threw' && outcome.error === STOP)) {
      throw new TypeError(`${this.#name}: catches what stops it; an actor rethrows what it did not throw`)
    }
    if (this.stoppedAt === undefined && this.#position < this.#steps.length) {
      throw this.#difference(this.#steps[this.#position]?.operation, undefined)
    }
    if (outcome.kind === 'returned' && typeof Object(outcome.value).then === 'function') {
      throw new TypeError(`${this.#name}: an actor is synchronous and returns no promise`)
    }
    return outcome
  }

  take(operation: Operation): Answer {
    if (this.stoppedAt !== undefined) throw STOP
    if (this.#misuse !== undefined) throw this.#misuse
    const isMortal = this.#regions === 0 || !this.#isRegionBegun
    if (this.#regions > 0) this.#isRegionBegun = true
    const step = this.#steps[this.#position]
    if (step === undefined) {
      this.stoppedAt = operation
      this.isMortal = isMortal
      throw STOP
    }
    if (step.operation === undefined || !step.operation.isSame(operation)) {
      this.#misuse ??= this.#difference(step.operation, operation)
      throw this.#misuse
    }
    this.#position++
    return step.answer
  }

  enterRegion(): void {
    if (this.#regions++ === 0) this.#isRegionBegun = false
  }

  leaveRegion(): void {
    this.#regions--
  }

  #difference(before: Operation | undefined, now: Operation | undefined): TypeError {
    const was = before?.describe() ?? 'its end'
    const is = now?.describe() ?? 'its end'
    return new TypeError(
      `${this.#name}: not deterministic: after the same ${this.#position} answers came "${was}", now "${is}"`,
    )
  }
}

/** The return of a killable actor. */
class End extends PlainOperation {
  override readonly kind = 'end'
  readonly #value: unknown

  constructor(value: unknown) {
    super([], [])
    this.#value = value
  }

  perform(): Answer {
    return undefined
  }

  isSame(other: Operation): boolean {
    return other.kind === 'end'
  }

  describe(): string {
    return this.#value === undefined ? 'returns' : `returns ${describeValue(this.#value)}`
  }
}
