import type { SettledSource } from './api.ts'

/** What a source has that is not settled, and of which nothing is passed over. */
export const UNSETTLED: { settle: undefined; resume: undefined; taken: boolean } = {
  settle: undefined,
  resume: undefined,
  taken: false,
}

/** Whether the source wants to know of each item when it is processed. */
export function isSettled<T>(source: unknown): source is SettledSource<T> {
  const { items, settle } = Object(source) as Partial<SettledSource<T>>
  return typeof settle === 'function' && Object(items) === items
}
