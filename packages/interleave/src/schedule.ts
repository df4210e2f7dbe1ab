/**
 * A schedule as text: a letter per actor, in the order they were given, recoveries last; then how many steps it takes in
 * a row, `=2` for a choice, `!` for its death, `~` for a wait that times out: `a3b2a!c`.
 */

/** The way of a turn: the actor takes its step. */
export const RUN = 0
/** The actor dies. */
export const DIE = 1
/** The parked actor goes on without a wake. */
export const TIME_OUT = 2
/** The actor's choice is 0; the numbers that follow are its other choices. */
export const CHOICE = 3

/** One turn: who, and how. */
export interface Turn {
  readonly actor: number
  readonly way: number
}

const FIRST_LETTER = 'a'.charCodeAt(0)

/** Writes turns as text. */
export function encode(turns: readonly Turn[]): string {
  let text = ''
  for (let at = 0; at < turns.length; ) {
    const { actor, way } = turns[at] as Turn
    let times = 1
    while (way === RUN && turns[at + times]?.actor === actor && turns[at + times]?.way === RUN) times++
    text += String.fromCharCode(FIRST_LETTER + actor)
    if (way === DIE) text += '!'
    else if (way === TIME_OUT) text += '~'
    else if (way >= CHOICE) text += `=${way - CHOICE}`
    else if (times > 1) text += times
    at += times
  }
  return text
}

/** Reads what `encode` wrote. Throws `TypeError` naming the first part that is no turn. */
export function decode(schedule: string): Turn[] {
  const turns: Turn[] = []
  for (const part of String(schedule).match(/[a-z](?:!|~|=\d+|\d+)?|[^\s]/g) ?? []) {
    const actor = part.charCodeAt(0) - FIRST_LETTER
    if (actor < 0 || actor > 25) throw new TypeError(`schedule: "${part}" is no turn in "${schedule}"`)
    const rest = part.slice(1)
    if (rest === '!') turns.push({ actor, way: DIE })
    else if (rest === '~') turns.push({ actor, way: TIME_OUT })
    else if (rest.startsWith('=')) turns.push({ actor, way: CHOICE + Number(rest.slice(1)) })
    else for (let times = rest === '' ? 1 : Number(rest); times > 0; times--) turns.push({ actor, way: RUN })
  }
  return turns
}
