import { show, startTimer } from '@millrace/notify'
import type { Race, SelectCase, Withdraw } from './api.ts'

/**
 * A case of `select` that happens when `ms` milliseconds have passed since the select began; never for `Infinity`. Throws
 * `RangeError` if `ms` is not a number from 0.
 *
 * @example
 * const { kind } = await select([after(1), new Promise<void>(() => {})])
 * kind // => 'timer'
 */
export function after(ms: number): SelectCase<'timer', void> {
  if (typeof ms !== 'number' || !(ms >= 0)) throw new RangeError(`ms: expected a number from 0, got ${show(ms)}`)
  return {
    kind: 'timer',
    attempt: () => undefined,
    enlist(race: Race<void>): Withdraw {
      return startTimer(ms, () => race.win())
    },
  }
}

/** A case of `select` that happens when the signal is aborted; its value is the reason. */
export function signalCase(signal: AbortSignal): SelectCase<'signal', unknown> {
  return {
    kind: 'signal',
    attempt: () => (signal.aborted ? { value: signal.reason } : undefined),
    enlist(race: Race<unknown>): Withdraw {
      const onAbort = () => race.win(signal.reason)
      signal.addEventListener('abort', onAbort)
      return () => signal.removeEventListener('abort', onAbort)
    },
  }
}
