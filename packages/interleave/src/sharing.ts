/**
 * Who touches which place, as far as was seen: a step that touches only what no other actor changes (and, if it changes
 * something, what no other actor reads) cannot be told from its neighbours, so it is taken at once and is no place
 * to switch. After the shared-object detection of Java PathFinder.
 *
 * INVARIANT  what is seen only grows. A search that took a step at once, and later sees that another actor touches its
 *            place, is begun again; so in the search that ends, every step was treated as what all its schedules showed.
 */
import type { ActorNode } from './actor.ts'
import { EVERYTHING, type Operation, type Place } from './operation.ts'

/** What is known of the places of one exploration. */
export class Sharing {
  /** Grows whenever a place is found to be shared, or to be written. */
  epoch = 0
  readonly #actors = new Map<Place, number>() // One bit per actor.
  readonly #written = new Set<Place>()
  readonly #shared = new Set<Place>()

  /** Takes note of what an actor is about to do. */
  see(actor: number, operation: Operation): void {
    for (const place of operation.reads) this.#touch(actor, place)
    for (const place of operation.writes) {
      if (!this.#written.has(place)) this.epoch++
      this.#written.add(place)
      this.#touch(actor, place)
    }
  }

  /** Whether no other actor can notice the node's operation, nor its death before it. */
  isLocal(node: ActorNode, isKillable: boolean): boolean {
    if (node.epoch === this.epoch) return node.isLocal
    node.epoch = this.epoch
    node.isLocal = node.operation !== undefined && this.#isUnnoticed(node.operation, isKillable && node.isMortal)
    return node.isLocal
  }

  /** The places whose values tell states apart: those that any actor writes. */
  get places(): Place[] {
    return [...this.#written].sort((a, b) => b - a)
  }

  #isUnnoticed(operation: Operation, mayDie: boolean): boolean {
    if (operation.kind === 'choose' || operation.kind === 'end') return false
    if (mayDie && operation.writes.length > 0) return false
    return (
      !operation.reads.some((place) => this.#shared.has(place)) &&
      !operation.writes.some((place) => this.#shared.has(place))
    )
  }

  #touch(actor: number, place: Place): void {
    const before = this.#actors.get(place) ?? 0
    this.#actors.set(place, before | (1 << actor))
    this.#judge(place)
    if (place < 0) for (const other of this.#actors.keys()) if (other < 0) this.#judge(other)
  }

  #judge(place: Place): void {
    if (this.#shared.has(place)) return
    let actors = this.#actors.get(place) ?? 0
    let isWritten = this.#written.has(place)
    // A step that touches everything touches this resource, and conflicts with any.
    const others = place < 0 ? [...this.#actors.keys()].filter((other) => other < 0) : []
    for (const other of others) {
      if (place !== EVERYTHING && other !== EVERYTHING) continue
      actors |= this.#actors.get(other) ?? 0
      isWritten ||= this.#written.has(other)
    }
    const isOfMany = (actors & (actors - 1)) !== 0
    if (!isOfMany || !isWritten) return
    this.#shared.add(place)
    this.epoch++
  }
}
