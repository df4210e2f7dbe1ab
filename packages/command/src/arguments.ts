import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { closest } from './closest.ts'
import { oneLine, quoted } from './printable.ts'

/** A timer of Node is at most so long. */
export const LONGEST_MS: number = 2 ** 31 - 1

/** The arguments make no sense. Its message is one line for the user. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'

  /** What the user is told: the message, and where more is said unless it asks what was meant. */
  get sentence(): string {
    return this.message.endsWith('?') ? this.message : `${this.message}; see --help`
  }
}

/** What was typed: values by option, and the words that belong to none. */
export type Typed<O extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true }>
>

/** Reads the arguments. Throws `UsageError` for an option that there is not, with the one that was most likely meant, and for one without its value. */
export function readArguments<const O extends ParseArgsOptionsConfig>(args: readonly string[], options: O): Typed<O> {
  try {
    return parseArgs({ args: withNumbersJoined(args, options), options, allowPositionals: true })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const unknown = /^Unknown option '(-[^']*)'/.exec(error.message)?.[1]
    if (unknown === undefined) throw new UsageError(error.message.split(/[.\n]/, 1)[0], { cause: error })
    const near = closest(unknown.replace(/^-+/, ''), Object.keys(options))
    const hint = near === undefined ? '' : `; did you mean --${near}?`
    throw new UsageError(`there is no option ${oneLine(unknown)}${hint}`, { cause: error })
  }
}

/** A whole number within bounds. Throws `UsageError` for anything else. */
export function wholeNumber(
  name: string,
  text: string | undefined,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (text === undefined) return undefined
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`
  throw new UsageError(`${name}: expected a whole number ${range}, got ${quoted(text)}`)
}

/** One of the words that are known. Throws `UsageError` for anything else. */
export function oneOf<const T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text)
  if (found !== undefined) return found
  throw new UsageError(`${name}: expected ${known.join(' or ')}, got ${quoted(text)}`)
}

/** What `--sync` says: when a change is on disk. Throws `UsageError` for anything else. */
export function syncOf(text: string): 'always' | 'never' | { readonly everyMs: number } {
  if (text === 'always' || text === 'never') return text
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= LONGEST_MS) return { everyMs: Number(text) }
  throw new UsageError(`--sync: expected always, never or a number of milliseconds, got ${quoted(text)}`)
}

/** `--priority -1` as `--priority=-1`: so it is a number, if a wrong one, not an option that is missing its value. */
function withNumbersJoined(args: readonly string[], options: ParseArgsOptionsConfig): string[] {
  const takesValue = (typed: string | undefined): boolean =>
    typed?.startsWith('--') === true && options[typed.slice(2)]?.type === 'string'
  const end = args.indexOf('--')
  const joined: string[] = []
  for (const [i, arg] of args.entries()) {
    const before = joined.at(-1)
    if ((end === -1 || i < end) && /^-[\d.]/.test(arg) && takesValue(before)) joined.splice(-1, 1, `${before}=${arg}`)
    else joined.push(arg)
  }
  return joined
}
