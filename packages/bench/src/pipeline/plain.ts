/** Operators of libraries for functions that return at once: they know no promise, no concurrency, and nothing that waits. */
import { Effect, Stream } from 'effect'
import { map as iterated, pipe as piped } from 'iter-ops'
import { lastValueFrom, map, from as observable, toArray } from 'rxjs'
import type { Library, Step } from './contenders.ts'

type PlainStep = (item: number) => number

function plain(
  name: string,
  run: (items: Iterable<number>, steps: readonly PlainStep[]) => Promise<number[]>,
): Library {
  return {
    name: `${name}, map`,
    kind: 'baseline',
    orders: ['ordered', 'unordered'],
    note: 'for functions that return at once, and no others: to it a promise is an item',
    run: (items, steps: readonly Step[]) => run(items, steps as readonly PlainStep[]),
  }
}

/** Everybody who has such operators. */
export const PLAIN: readonly Library[] = [
  plain('rxjs', (items, steps) => {
    const [a, b, c] = steps.map((step) => map(step))
    return lastValueFrom(observable(items).pipe(a as never, b as never, c as never, toArray())) as Promise<number[]>
  }),
  plain('effect', (items, steps) => {
    let stream: Stream.Stream<number> = Stream.fromIterable(items)
    for (const step of steps) stream = Stream.map(stream, step)
    return Effect.runPromise(Stream.runCollect(stream)).then((all) => [...all])
  }),
  plain('iter-ops', async (items, steps) => {
    const [a, b, c] = steps.map((step) => iterated(step))
    return [...(piped(items, a as never, b as never, c as never) as Iterable<number>)]
  }),
]
