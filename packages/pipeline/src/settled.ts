import type { SettledSource } from './api.ts'

/** What a source has that is made of others: it is not settled, and nothing of it is passed over. */
export const UNSETTLED: { settle: undefined; resume: undefined; isMade: true; taken: boolean } = {
  settle: undefined,
  resume: undefined,
  isMade: true,
  taken: false,
}

/** Whether the source wants to know of each item when it is processed. */
export function isSettled<T>(source: unknown): source is SettledSource<T> {
  const { items, settle } = Object(source) as Partial<SettledSource<T>>
  return typeof settle === 'function' && Object(items) === items
}
