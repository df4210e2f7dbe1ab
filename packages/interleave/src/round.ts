/**
 * Recognises an actor that waits in a loop. A loop that only reads would run for ever in a schedule that never lets the
 * others go on; no real scheduler is so unfair, so an actor is held once it has repeated the same steps with the same
 * answers some times, until one of those steps would answer differently. After the fair schedules of M. Musuvathi and
 * S. Qadeer, "Fair stateless model checking", which ask for a yield; here the loop is recognised without one.
 *
 * INVARIANT  a held actor, if it ran, would get the answers it already got; only a loop that counts its rounds could do
 *            something new, which is why it first gets the rounds that `rounds` allows, and more when nobody else can run.
 */
import type { ActorNode } from './actor.ts'
import type { Answer, Operation } from './operation.ts'

/** The steps an actor repeats, and how often it has. */
export interface Round {
  readonly steps: readonly Step[]
  /** How many times in a row it took them. */
  readonly times: number
  /** Whether it said so itself, with `pause()`. */
  readonly isPaused: boolean
}

interface Step {
  readonly operation: Operation
  readonly answer: Answer
}

const LONGEST = 8
const MOST_TIMES = 1000

/** The round that ends with this answer to the node's operation, if it changed nothing. */
export function roundOf(node: ActorNode, answer: Answer): Round | undefined {
  if (!node.operation?.isIdle(answer)) return undefined
  const found = repetition(node, answer)
  if (node.operation.kind !== 'pause') return found.times > 1 ? { ...found, isPaused: false } : undefined
  const steps = sincePause(node)
  return steps === undefined ? undefined : { steps, times: Math.max(1, found.times), isPaused: true }
}

/** Whether each step of the round would answer as it did. */
export function isStill(round: Round, state: unknown): boolean {
  return round.steps.every(({ operation, answer }) => operation.peek(state) === answer)
}

function repetition(node: ActorNode, answer: Answer): { steps: readonly Step[]; times: number } {
  const steps: Step[] = []
  let from: ActorNode | undefined = node
  let last = answer
  for (let length = 1; length <= LONGEST && from?.operation?.isIdle(last); length++) {
    steps.push({ operation: from.operation, answer: last })
    last = from.answer
    from = from.parent
    const times = from === undefined ? 1 : 1 + repeats(from, last, steps)
    if (times > 1) return { steps, times }
  }
  return { steps, times: 1 }
}

// How many times in a row the steps, last one first, lie before this place.
function repeats(node: ActorNode, answer: Answer, steps: readonly Step[]): number {
  let at: ActorNode | undefined = node
  let last = answer
  for (let times = 0; times < MOST_TIMES; times++) {
    for (const step of steps) {
      if (at?.operation === undefined || step.answer !== last || !step.operation.isSame(at.operation)) return times
      last = at.answer
      at = at.parent
    }
  }
  return MOST_TIMES
}

// What the actor did since its last pause, last one first; `undefined` if it changed something.
function sincePause(pause: ActorNode): Step[] | undefined {
  const steps: Step[] = []
  let last = pause.answer
  for (let at = pause.parent; at?.operation !== undefined && at.operation.kind !== 'pause'; at = at.parent) {
    if (!at.operation.isIdle(last)) return undefined
    steps.push({ operation: at.operation, answer: last })
    last = at.answer
  }
  return steps
}
