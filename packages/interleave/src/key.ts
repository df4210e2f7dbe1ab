import type { ActorNode } from './actor.ts'
import type { Model } from './model.ts'
import { DEAD, ENDED, type Run, UNBORN } from './run.ts'

/**
 * Writes a run's state as a row of integers: equal rows have equal futures.
 *
 * INVARIANT  the row holds where each actor stands (its answers so far; of one that ended or died only that), who is
 *            parked in which order, and the value of every place that any actor writes.
 */
export class Key {
  readonly row: Int32Array
  readonly #model: Model
  readonly #places: readonly number[]
  readonly #isBounded: boolean

  constructor(model: Model, isBounded: boolean) {
    this.#model = model
    this.#isBounded = isBounded
    this.#places = model.sharing.places
    this.row = new Int32Array(model.actors.length * 2 + this.#places.length + (isBounded ? 2 : 0))
  }

  write(run: Run): Int32Array {
    const { row } = this
    let at = 0
    for (const { index } of this.#model.actors) {
      const status = run.status[index] as number
      row[at++] = status === DEAD || status === UNBORN ? 0 : this.#standing(run.nodes[index] as ActorNode, status)
      row[at++] = status | ((run.parked.indexOf(index) + 1) << 3)
    }
    for (const place of this.#places) {
      row[at++] = place < 0 ? run.versions.of(place) : (this.#model.words?.get(place) ?? 0)
    }
    if (this.#isBounded) {
      row[at++] = run.lastAble
      row[at++] = run.preemptions
    }
    return row
  }

  // One that has ended, or is about to, has no future but its outcome.
  #standing(node: ActorNode, status: number): number {
    const { outcome } = node
    if (outcome?.kind !== 'returned' || !(status === ENDED || node.operation?.kind === 'end')) return node.id
    return -this.#model.outcome(outcome.value)
  }
}
