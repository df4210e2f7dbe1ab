import type { Race, SelectCase, Withdraw } from './api.ts'

/**
 * A promise cannot forget who waits for it: each `then` stays until it settles, which is why `Promise.race` in a loop
 * leaks. So a promise is asked once, and the selects that wait for it come and go in a set beside it.
 *
 * INVARIANT  one `then` per promise, however many selects it was part of.
 */
interface Watch {
  readonly races: Set<Race<unknown>>
  outcome: { readonly value: unknown } | { readonly error: unknown } | undefined
}

const watches = new WeakMap<PromiseLike<unknown>, Watch>()

/** A case of `select` that happens when the promise resolves; if it rejects, so does the select. */
export function promiseCase(promise: PromiseLike<unknown>): SelectCase<'promise', unknown> {
  const watch = watched(promise)
  return {
    kind: 'promise',
    attempt() {
      const { outcome } = watch
      if (outcome === undefined) return undefined
      if ('error' in outcome) throw outcome.error
      return outcome
    },
    enlist(race: Race<unknown>): Withdraw {
      watch.races.add(race)
      return () => watch.races.delete(race)
    },
  }
}

function watched(promise: PromiseLike<unknown>): Watch {
  const known = watches.get(promise)
  if (known !== undefined) return known
  const watch: Watch = { races: new Set(), outcome: undefined }
  watches.set(promise, watch)
  promise.then(
    (value) => {
      watch.outcome = { value }
      for (const race of watch.races) race.win(value)
    },
    (error: unknown) => {
      watch.outcome = { error }
      for (const race of watch.races) race.lose(error)
    },
  )
  return watch
}
