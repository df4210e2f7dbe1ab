import type { Sender } from '@millrace/mpsc'
import { startTimer, TimeoutError } from '@millrace/notify'
import type { DeadLetter, Retry, Stage } from '../api.ts'
import { atOnce } from '../options.ts'
import { isThenable } from '../thenable.ts'
import type { Call } from './call.ts'
import { CalledStage } from './called-stage.ts'
import { DROPPED } from './result.ts'

/** How often a call is made for one item, and what becomes of an item for which all fail. */
export interface AttemptSettings {
  readonly retry: Retry | undefined
  readonly timeoutMs: number | undefined
  readonly deadLetter: Sender<DeadLetter<never>> | undefined
}

/**
 * A call that is made again when it fails.
 *
 *     call (at most timeoutMs) ──fails──▶ delay ──▶ call … ──fails──▶ dead letter, and the item is dropped; or the error
 *
 * A call that succeeds at once meets no promise. Nothing is tried again, and nobody is written to, once the stage's signal has aborted.
 */
export function withAttempts(call: Call, settings: AttemptSettings): Call {
  const { retry, timeoutMs, deadLetter } = settings
  const once = timeoutMs === undefined ? call : withTimeout(call, timeoutMs)
  if (retry === undefined && deadLetter === undefined) return once
  return (item, index, stage) => {
    const failed = (error: unknown): Promise<unknown> => new Attempts(once, settings, item, index, stage).after(error)
    try {
      const result = once(item, index, stage)
      return isThenable(result) ? Promise.resolve(result).catch(failed) : result
    } catch (error) {
      return failed(error)
    }
  }
}

class Attempts {
  readonly #once: Call
  readonly #settings: AttemptSettings
  readonly #item: never
  readonly #index: number
  readonly #stage: Stage
  #made = 1

  constructor(once: Call, settings: AttemptSettings, item: never, index: number, stage: Stage) {
    this.#once = once
    this.#settings = settings
    this.#item = item
    this.#index = index
    this.#stage = stage
  }

  /** The result of a later attempt, or that the item is dropped. Rejects with the last error. */
  async after(firstError: unknown): Promise<unknown> {
    const { signal } = this.#stage
    let error = firstError
    while (!signal.aborted && this.#mayRetry(error)) {
      await pause(delayOf(this.#settings.retry as Retry, this.#made), signal)
      if (signal.aborted) break
      this.#made++
      try {
        return await this.#once(this.#item, this.#index, this.#stage)
      } catch (again) {
        error = again
      }
    }
    const { deadLetter } = this.#settings
    if (deadLetter === undefined || signal.aborted) throw error
    const { name: stage } = this.#stage
    await deadLetter.send({ item: this.#item, index: this.#index, stage, attempts: this.#made, error }, { signal })
    CalledStage.failed(this.#stage)
    return DROPPED
  }

  #mayRetry(error: unknown): boolean {
    const { times = 0, when } = this.#settings.retry ?? {}
    return this.#made <= times && (atOnce(`${this.#stage.name}: retry.when`, when?.(error, this.#made)) ?? true)
  }
}

/** How long to wait before an attempt: `made` have been made. */
function delayOf(
  { delayMs = 0, factor = 2, maxDelayMs = Number.POSITIVE_INFINITY, jitter = 0 }: Retry,
  made: number,
): number {
  // A delay of 0 stays 0, also when the power is infinite.
  const full = delayMs && Math.min(delayMs * factor ** (made - 1), maxDelayMs)
  return full * (1 - jitter * Math.random())
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = startTimer(ms, end)
    signal.addEventListener('abort', end)
  })
}

/**
 * A call whose own signal aborts when its time is over. It is over then, whatever it gives, but not before it has settled: no more
 * calls run than may.
 */
function withTimeout(call: Call, timeoutMs: number): Call {
  return (item, index, stage) => {
    const controller = new AbortController()
    const follow = (): void => controller.abort(stage.signal.reason)
    let late: TimeoutError | undefined
    const cancel = startTimer(timeoutMs, () => {
      late = new TimeoutError(timeoutMs)
      controller.abort(late)
    })
    const end = (): void => {
      cancel()
      stage.signal.removeEventListener('abort', follow)
    }
    stage.signal.addEventListener('abort', follow)
    try {
      const result = call(item, index, { name: stage.name, signal: controller.signal })
      if (!isThenable(result)) {
        end()
        return result
      }
      return Promise.resolve(result).then(
        (value) => {
          end()
          if (late !== undefined) throw late
          return value
        },
        (error: unknown) => {
          end()
          throw late ?? error
        },
      )
    } catch (error) {
      end()
      throw error
    }
  }
}
