import { Refusal } from './refusal.ts'

/** Reads a whole number out of a path, from `least` to `most`. Throws `Refusal`, code `bad-request`, naming it. */
export function wholeNumber(name: string, text: string | undefined, least: number, most: number): number {
  const number = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new Refusal('bad-request', `${name}: expected a whole number from ${least} to ${most}, got ${quoted(text)}`)
}

/** How a wrong value appears in a reason: short, and on one line. */
export function quoted(value: unknown): string {
  const text = typeof value === 'number' ? `${value}` : (JSON.stringify(value) ?? String(value))
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`
}
