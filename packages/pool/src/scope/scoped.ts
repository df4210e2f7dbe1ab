import type { Scope } from '../api.ts'

/** Calls with a scope, and ends it. */
export async function scopedOf<S extends Scope, R>(scope: S, body: (scope: S) => R | Promise<R>): Promise<R> {
  let result: R
  try {
    result = await body(scope)
  } catch (error) {
    scope.abort(error)
    // What the tasks come to then follows from this error, which is told.
    await scope[Symbol.asyncDispose]().catch(() => {})
    throw error
  }
  await scope[Symbol.asyncDispose]()
  return result
}
