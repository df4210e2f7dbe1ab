import { ENDED, NONE, PARKED_RECEIVERS, STATE, TAIL } from './layout.ts'
import { wake } from './park.ts'

/**
 * Wakes, counted: a notifier leaves one, and of those who listen whoever looks first takes it. In an object of this kind
 *
 *     tail │ state   round: how often all were woken │ wakes not taken (16 bits) │ listeners (16 bits)
 *     own credits │ own round        −(wakes this participant holds) │ its listeners ║ the round in which they count
 *
 *     listen   listeners + 1                            take   listeners − 1, wakes − 1, held + 1     use   held − 1
 *     one      wakes + 1, unless there are more of them than listeners          leave  listeners − 1
 *     all      round + 1, listeners := 0, wakes := what was more than listeners
 *
 * INVARIANT  wakes ≤ listeners + 1: one more than there are listeners is stored.
 * INVARIANT  listeners = Σ own listeners of this round; both change in one claim. Those of an older round were all woken.
 * INVARIANT  a wake that was taken is held until it is used; one that a dead participant held goes to another.
 * INVARIANT  wakes grow under listeners only before a wake of the line, so whoever listens and sleeps has looked at each.
 */

/** One wake, in the state. */
export const WAKE: i32 = 0x10000
/** The bits of the state that count listeners. */
export const LISTENERS: i32 = 0xffff
/** The most listeners of all threads. */
export const MOST_LISTENERS: i32 = 65_534
/** How many of the wakes are for the last listener of whoever takes them. */
export const WAKES_FOR_LAST: i32 = 136
/** From a participant's credits to the round of its listeners. */
export const OWN_ROUND: i32 = 16

/**
 * Counts a listener of this participant, whose credits are at `own`. Answers 1, or 2 if there are wakes for all who listen and
 * so for this one; `NONE` if too many listen; `ENDED` if all who listened before were woken: the caller notes that and asks again.
 */
export function notifyListen(object: i32, own: i32): i32 {
  while (true) {
    const round: i32 = atomic.load<i32>(object, TAIL)
    const state: i32 = atomic.load<i32>(object, STATE)
    if (notifyRenew(own, round) !== 0) return ENDED
    if ((state & LISTENERS) === MOST_LISTENERS) return NONE
    const answer: i32 = state >>> 16 > (state & LISTENERS) ? 2 : 1
    if (claim.tail(object, round, state, round, (state + 1) | 0, own)) return answer
  }
}

/** Takes a wake for a listener of this participant, and holds it. Answers 1; 2 if it is for the last listener; `NONE`; `ENDED` if all were woken. */
export function notifyTake(object: i32, own: i32): i32 {
  while (true) {
    const round: i32 = atomic.load<i32>(object, TAIL)
    const state: i32 = atomic.load<i32>(object, STATE)
    if (notifyRenew(own, round) !== 0) return ENDED
    if (state >>> 16 === 0 || (load<i32>(own) & LISTENERS) === 0) return NONE
    if (claim.tail(object, round, state, round, (state - WAKE - 1) | 0, own)) return 1 + notifyTakeLast(object)
  }
}

/** A wake that this participant held is used. */
export function notifyUse(own: i32): void {
  store<i32>(own, (load<i32>(own) + WAKE) | 0)
}

/** Takes `n` listeners of this participant back that were not woken. Answers 1, or `ENDED` if all were woken. */
export function notifyLeave(object: i32, own: i32, n: i32): i32 {
  while (true) {
    const round: i32 = atomic.load<i32>(object, TAIL)
    const state: i32 = atomic.load<i32>(object, STATE)
    if (notifyRenew(own, round) !== 0) return ENDED
    const most: i32 = (state & LISTENERS) - n + 1
    if (state >>> 16 > most) {
      // First the wakes that nobody will be there for, since a claim counts but one difference.
      pair.cmpxchg(object + TAIL, round, state, round, (most << 16) | (state & LISTENERS))
    } else if (claim.tail(object, round, state, round, (state - n) | 0, own)) return 1
  }
}

/** Leaves a wake for one listener, or stores it. Answers 1, or 0 if one is stored already. */
export function notifyOne(object: i32): i32 {
  while (true) {
    const round: i32 = atomic.load<i32>(object, TAIL)
    const state: i32 = atomic.load<i32>(object, STATE)
    const missing: i32 = (state & LISTENERS) - (state >>> 16)
    if (missing < 0) return 0
    if (pair.cmpxchg(object + TAIL, round, state, round, (state + WAKE) | 0)) {
      if (missing > 0) wake(object + PARKED_RECEIVERS)
      return 1
    }
  }
}

/** As `notifyOne`, for the listener that came last to the participant that takes the wake. */
export function notifyLast(object: i32): void {
  atomic.add<i32>(object, 1, WAKES_FOR_LAST)
  if (notifyOne(object) === 0) notifyTakeLast(object)
}

/** Wakes all who listen. */
export function notifyAll(object: i32): void {
  while (true) {
    const round: i32 = atomic.load<i32>(object, TAIL)
    const state: i32 = atomic.load<i32>(object, STATE)
    if ((state & LISTENERS) === 0) return
    const stored: i32 = state >>> 16 > (state & LISTENERS) ? WAKE : 0
    if (pair.cmpxchg(object + TAIL, round, state, (round + 1) | 0, stored)) {
      atomic.store<i32>(object, 0, WAKES_FOR_LAST)
      wake(object + PARKED_RECEIVERS)
      return
    }
  }
}

/** Takes the listeners of a dead participant back, and gives the wakes it held to others. */
export function notifyRepair(object: i32, own: i32): void {
  const listeners: i32 = load<i32>(own) & LISTENERS
  if (listeners !== 0) notifyLeave(object, own, listeners)
  while (load<i32>(own) !== 0) {
    notifyOne(object)
    notifyUse(own)
  }
}

/** Forgets own listeners of an older round. Answers how many there were: all of them have been woken. */
export function notifyRenew(own: i32, round: i32): i32 {
  if (load<i32>(own, OWN_ROUND) === round) return 0
  const listeners: i32 = load<i32>(own) & LISTENERS
  store<i32>(own, load<i32>(own) - listeners)
  store<i32>(own, round, OWN_ROUND)
  return listeners
}

/** Takes one of the wakes for the last listener: 1, or 0 if there is none. */
export function notifyTakeLast(object: i32): i32 {
  while (true) {
    const count: i32 = atomic.load<i32>(object, WAKES_FOR_LAST)
    if (count <= 0) return 0
    if (atomic.cmpxchg<i32>(object, count, count - 1, WAKES_FOR_LAST) === count) return 1
  }
}
