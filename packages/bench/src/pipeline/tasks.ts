/** What runs on the threads. */

/** Keeps its thread at work for about half a millisecond, always for as many steps. */
export function grind(item: number): number {
  let state = item | 1
  for (let step = 0; step < 200_000; step++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
  return state === 0 ? -1 : item
}
