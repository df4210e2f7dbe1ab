import { turn } from '@millrace/notify'
import { tell } from './endpoint/report.ts'
import type { Race, SelectCase, Withdraw } from './select/api.ts'

/**
 * Receives one value for somebody who takes it in the call in which it leaves the channel: between the two there is no
 * promise, and so no moment in which a taker that gives up loses a value. Answers what gives up.
 *
 * That call is the channel's, so what a taker throws is thrown in a turn of its own.
 */
export function handOver<T>(from: SelectCase<'receive', T | undefined>, taker: Race<T | undefined>): Withdraw {
  let withdraw: Withdraw | undefined
  let over = false
  const race: Race<T | undefined> = {
    win: (value) => tell(() => taker.win(value)),
    lose: (reason) => tell(() => taker.lose(reason)),
  }
  const begin = (): void => {
    if (over) return
    try {
      const ready = from.attempt()
      if (ready === undefined) withdraw = from.enlist(race)
      else race.win(ready.value)
    } catch (error) {
      race.lose(error)
    }
  }
  const due = turn()
  if (due === undefined) begin()
  else void due.then(begin)
  return () => {
    over = true
    withdraw?.()
    withdraw = undefined
  }
}
