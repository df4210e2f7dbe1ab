import type { Stored } from './stored.ts'

/** Whose time comes first. */
export function isDueBefore(a: Stored, b: Stored): boolean {
  return a.dueAtMs < b.dueAtMs || (a.dueAtMs === b.dueAtMs && a.number < b.number)
}

/** Who was ready first, as `sort` wants to know it. */
export function cameReadyBefore(a: Stored, b: Stored): number {
  return a.readyAtMs - b.readyAtMs || a.number - b.number
}

/** Whose turn is first. */
export function isTurnBefore(a: Stored, b: Stored): boolean {
  return a.turn < b.turn
}

/** Who leaves first, by priority. */
export function isMoreUrgent(a: Stored, b: Stored): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.turn < b.turn)
}
