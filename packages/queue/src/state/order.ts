import type { Stored } from './stored.ts'

/** Whose time comes first. */
export function isDueBefore(a: Stored, b: Stored): boolean {
  return a.dueAtMs < b.dueAtMs || (a.dueAtMs === b.dueAtMs && a.number < b.number)
}

/** Who was ready first, as `sort` wants to know it. */
function cameReadyBefore(a: Stored, b: Stored): number {
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

/** Whether the time of a message has come. */
export function isDue(message: Stored | undefined, nowMs: number): message is Stored {
  return message !== undefined && message.dueAtMs <= nowMs
}

/** In the order in which they became ready, as nearly always they are. */
export function inOrder(messages: Iterable<Stored>): Iterable<Stored> {
  const all = [...messages]
  const isInOrder = all.every(
    (message, index) => index === 0 || cameReadyBefore(all[index - 1] as Stored, message) <= 0,
  )
  return isInOrder ? all : all.sort(cameReadyBefore)
}
