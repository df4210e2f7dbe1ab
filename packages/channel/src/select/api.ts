/** The kinds of cases a select takes. */
export type CaseKind = 'receive' | 'send' | 'timer' | 'signal' | 'promise'

/** One thing a select may do. It does nothing until the select runs, and can be used in any number of selects. */
export interface SelectCase<K extends CaseKind = CaseKind, V = unknown> {
  /** Which of the kinds it is; the result of the select repeats it. */
  readonly kind: K
  /** Does it now if that needs no waiting; `undefined` if it does. May throw what the select then rejects with, `FullError` only if no other case can be done. */
  attempt(): { readonly value: V } | undefined
  /** Waits for its turn: tells the race when it is there, unless the race was withdrawn from it before. */
  enlist(race: Race<V>): Withdraw
}

/** What a waiting case is given. The first to win or lose decides; the others are withdrawn before it returns. */
export interface Race<V = unknown> {
  /** This case happened, with this value. */
  win(value: V): void
  /** This case failed, and the select with it. */
  lose(reason: unknown): void
}

/** Takes a case out of wherever it waits. Called once, when the race is decided. */
export type Withdraw = () => void
