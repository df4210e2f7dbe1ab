import {
  refusal,
  rejectInTurn,
  resolveInTurn,
  show,
  TimeoutError,
  WAIT_OPTIONS,
  type WaitOptions,
} from '@millrace/notify'
import type { FullError } from '../errors.ts'
import type { Race, SelectCase, Withdraw } from './api.ts'
import { promiseCase } from './promise-case.ts'
import { after, signalCase } from './timer-and-signal.ts'

/** What may stand in the list of a select: a case, or an AbortSignal or a promise to wait for. */
export type Selectable = SelectCase | AbortSignal | PromiseLike<unknown>

/** What a select resolves with for one of its cases. */
export type Selected<C, I = number> =
  C extends SelectCase<infer K, infer V>
    ? { readonly index: I; readonly kind: K; readonly value: V }
    : C extends AbortSignal
      ? { readonly index: I; readonly kind: 'signal'; readonly value: unknown }
      : { readonly index: I; readonly kind: 'promise'; readonly value: C extends PromiseLike<infer V> ? V : unknown }

/** One of the results that a list of cases can have. */
export type SelectResult<Cases extends readonly unknown[]> = {
  [I in keyof Cases]: Selected<Cases[I], I extends `${infer N extends number}` ? N : number>
}[number]

/**
 * Waits for the first of several things and does exactly that one: receives, sends, or sees a timer, a signal or a
 * promise. After Go's select statement.
 *
 * If several can be done at once, one of them is chosen at random, each with the same chance, so none starves. The others take
 * nothing, hold nothing and leave nothing behind, however often they are asked again. A receive on a closed and drained channel can be
 * done: its value is `undefined`, or the select rejects with the error of the close; a send on a closed channel rejects with
 * `ClosedError`, a promise that rejects rejects the select. A send to a full channel does what its `overflow` says: with
 * `"drop-oldest"` and `"drop-newest"` it can be done, by dropping; with `"reject"` the select rejects with `FullError`, at once, but only if no other
 * case can be done. `options` end the select itself: `signal` and `timeoutMs` reject it.
 *
 * Costs a try of each case; when it has to wait, one promise and one place in each order.
 *
 * @example
 * import { after, boundedChannel, ChannelReceiver, ChannelSender, select } from '@millrace/channel'
 *
 * const local = boundedChannel<string>({ capacity: 1 })
 * const [sender, receiver] = [new ChannelSender(local), new ChannelReceiver(local)]
 * await sender.send('tea')
 * const { kind, value } = await select([receiver.case(), after(1000)])
 * kind // => 'receive'
 * value // => 'tea'
 */
export function select<const Cases extends readonly Selectable[]>(
  cases: Cases,
  options?: WaitOptions,
): Promise<SelectResult<Cases>> {
  if (!Array.isArray(cases)) throw new TypeError(`cases: expected an array, got ${show(cases)}`)
  if (cases.length === 0) throw new TypeError('cases: expected at least one, got none')
  const list = cases.map(toCase)
  const refused = refusal(options, WAIT_OPTIONS)
  if (refused !== undefined) return refused
  try {
    const done = attemptOne(list)
    if (done !== undefined) return resolveInTurn(done as SelectResult<Cases>)
  } catch (error) {
    return rejectInTurn(error)
  }
  if (options?.timeoutMs === 0) return rejectInTurn(new TimeoutError(0))
  return enlistAll(list, options) as Promise<SelectResult<Cases>>
}

/**
 * Does one of the cases that can be done now, each with the same chance: they are tried in the order of a shuffle, which is
 * drawn no further than it is needed (Durstenfeld's). A send that a full channel rejects is what is left when no other can be done.
 */
function attemptOne(list: readonly SelectCase[]): Selected<SelectCase> | undefined {
  const order = list.map((_, index) => index)
  let full: { readonly error: unknown } | undefined
  for (let left = order.length; left > 0; left--) {
    const drawn = Math.floor(Math.random() * left)
    const index = order[drawn] as number
    order[drawn] = order[left - 1] as number
    const member = list[index] as SelectCase
    try {
      const done = member.attempt()
      if (done !== undefined) return { index, kind: member.kind, value: done.value }
    } catch (error) {
      if (member.kind !== 'send' || !isFull(error)) throw error
      full = { error }
    }
  }
  if (full !== undefined) throw full.error
  return undefined
}

/** By the code: the case may be of another copy of this package. */
function isFull(error: unknown): boolean {
  return (error as Partial<FullError> | null | undefined)?.code === 'full'
}

/**
 * Waits in every order at once.
 *
 * INVARIANT  the first case to win or lose withdraws all others before anything else can run, so that
 *            a channel never gives a value or room to a select that is decided.
 */
function enlistAll(list: readonly SelectCase[], options: WaitOptions | undefined): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const withdrawals: Withdraw[] = []
    let decided = false
    const decide = (): void => {
      decided = true
      for (const withdraw of withdrawals.splice(0)) withdraw()
    }
    const enlist = (member: SelectCase, win: (value: unknown) => void): void => {
      const race: Race = {
        win(value) {
          decide()
          win(value)
        },
        lose(reason) {
          decide()
          reject(reason)
        },
      }
      const withdraw = member.enlist(race)
      if (decided) withdraw()
      else withdrawals.push(withdraw)
    }
    if (options?.signal !== undefined) enlist(signalCase(options.signal), reject)
    const timeoutMs = options?.timeoutMs
    if (timeoutMs !== undefined) enlist(after(timeoutMs), () => reject(new TimeoutError(timeoutMs)))
    for (let index = 0; index < list.length && !decided; index++) {
      const member = list[index] as SelectCase
      enlist(member, (value) => resolve(resolveInTurn({ index, kind: member.kind, value })))
    }
  })
}

function toCase(selectable: Selectable): SelectCase {
  if (typeof selectable === 'object' && selectable !== null) {
    if ('enlist' in selectable) return selectable
    if ('aborted' in selectable) return signalCase(selectable)
    if ('then' in selectable) return promiseCase(selectable)
  }
  throw new TypeError(`cases: expected a case, an AbortSignal or a promise, got ${show(selectable)}`)
}
