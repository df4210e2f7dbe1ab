import type { ActorNode } from './actor.ts'
import type { Model } from './model.ts'
import { EVERYTHING, type Operation, type Place } from './operation.ts'

/**
 * The values of a host's resources, which cannot be looked into, as numbers.
 *
 * INVARIANT  a resource is what its writes made of it, in their order, from what they read; so equal numbers mean equal
 *            values, if every step touches only what it says.
 */
export class Versions {
  readonly #model: Model
  readonly #versions = new Map<Place, number>()

  constructor(model: Model) {
    this.#model = model
  }

  clear(): void {
    this.#versions.clear()
  }

  /** The version of a resource; 0 if nobody wrote it since the run began. */
  of(place: Place): number {
    return (this.#versions.get(place) ?? 0) | 0
  }

  /** Takes note of the operation of a node, which is now performed. */
  see(node: ActorNode, { reads, writes }: Operation): void {
    const isOnEverything = writes.includes(EVERYTHING)
    const touched = isOnEverything ? [...this.#versions.keys()] : [EVERYTHING, ...reads, ...writes]
    const before = touched.sort().map((place) => `${place}=${this.of(place)}`)
    if (isOnEverything) this.#versions.clear()
    for (const place of writes) {
      if (place < 0) this.#versions.set(place, this.#model.version(`${place}:${node.id}:${before}`))
    }
  }
}
