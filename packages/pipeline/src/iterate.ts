import type { Value } from '@millrace/mpsc'
import type { Run } from './api.ts'

/**
 * The results of a pipeline, for `for await`. It runs from the first `next` on.
 *
 * Written by hand and not as a generator, which would queue `return` behind a `next` that waits: so a pipeline that is
 * the source of another one stops at once.
 */
export function iterate<T extends Value>(start: () => Run<T>): AsyncIterator<T, void, undefined> {
  let run: Run<T> | undefined
  let ended = false
  return {
    async next() {
      if (ended) return { done: true, value: undefined }
      run ??= start()
      // The output ends with the error of the run; it is taken from `done`, which has it also when it is undefined.
      const value = await run.output.receive().catch(() => undefined)
      if (value !== undefined) return { done: false, value }
      if (!ended) {
        ended = true
        await run.done
      }
      return { done: true, value: undefined }
    },
    async return() {
      ended = true
      await run?.[Symbol.asyncDispose]()
      return { done: true, value: undefined }
    },
  }
}
