import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { closest } from './closest.ts'
import { oneLine } from './printable.ts'

/** An option of the command, as it is read and as the help tells of it. */
export interface Option {
  /** Without the dashes. */
  readonly name: string
  /** What follows it, such as `<n>`; nothing for a switch. */
  readonly value?: string | undefined
  /** One letter that is as good. */
  readonly short?: string | undefined
  /** Whether it may be given any number of times. */
  readonly isMany?: boolean | undefined
  /** What it does. */
  readonly help: string
}

/** The arguments make no sense. Its message is one line for the user. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

const LONGEST_MS = 2 ** 31 - 1

/** What was typed after the verb. Its methods throw `UsageError` for what makes no sense. */
export class Arguments {
  readonly positionals: readonly string[]
  readonly #values: Readonly<Record<string, unknown>>

  constructor(args: readonly string[], options: readonly Option[]) {
    const { values, positionals } = read(args, options)
    this.#values = values
    this.positionals = positionals
  }

  /** The positionals, as many as there have to be. */
  exactly(...names: readonly string[]): string[] {
    this.#refuseMissing(names)
    const extra = this.positionals[names.length]
    if (extra !== undefined) throw new UsageError(`expected nothing more, got ${quoted(extra)}`)
    return [...this.positionals]
  }

  /** The first positional, and the rest of them. */
  firstAndRest(name: string): [first: string, rest: string[]] {
    this.#refuseMissing([name])
    const [first = '', ...rest] = this.positionals
    return [first, rest]
  }

  flag(name: string): boolean {
    return this.#values[name] === true
  }

  text(name: string): string | undefined {
    const text = this.#values[name] as string | undefined
    if (text === '') throw new UsageError(`--${name}: expected something, got an empty text`)
    return text
  }

  texts(name: string): readonly string[] {
    return (this.#values[name] ?? []) as string[]
  }

  whole(name: string, least: number, most: number = Number.MAX_SAFE_INTEGER): number | undefined {
    const text = this.#values[name] as string | undefined
    if (text === undefined) return undefined
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (number >= least && number <= most) return number
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`
    throw new UsageError(`--${name}: expected a whole number ${range}, got ${quoted(text)}`)
  }

  /** A time that is waited for, in milliseconds. */
  ms(name: string, least = 0): number | undefined {
    return this.whole(name, least, LONGEST_MS)
  }

  number(name: string): number | undefined {
    const text = this.#values[name] as string | undefined
    if (text === undefined) return undefined
    if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
    throw new UsageError(`--${name}: expected a number, got ${quoted(text)}`)
  }

  oneOf<T extends string>(name: string, known: readonly T[]): T | undefined {
    const text = this.#values[name] as string | undefined
    if (text === undefined) return undefined
    const found = known.find((one) => one === text)
    if (found !== undefined) return found
    throw new UsageError(`--${name}: expected ${known.join(' or ')}, got ${quoted(text)}`)
  }

  #refuseMissing(names: readonly string[]): void {
    for (const [i, name] of names.entries()) {
      const value = this.positionals[i]
      if (value === undefined) throw new UsageError(`expected ${name}`)
      if (value === '') throw new UsageError(`expected ${name}, got an empty text`)
    }
  }
}

/** Something that was typed, as it stands in a sentence. */
export function quoted(text: string): string {
  return oneLine(JSON.stringify(text))
}

/** The verb, which is the first word that is neither an option nor the value of one, and the arguments without it. */
export function verbOf(
  args: readonly string[],
  options: readonly Option[],
): { name: string; rest: string[] } | undefined {
  const { tokens } = parseArgs({ args: [...args], options: config(options), strict: false, tokens: true })
  const verb = tokens.find(({ kind }) => kind === 'positional')
  if (verb?.kind !== 'positional') return undefined
  const before = tokens.find((token) => token.kind === 'option' && token.index < verb.index && !isKnown(token, options))
  // What it takes is not known before the verb is, so the word after it may be its value.
  if (before?.kind === 'option') throw new UsageError(`${before.rawName}: expected the verb before its options`)
  return { name: verb.value, rest: args.filter((_, i) => i !== verb.index) }
}

function isKnown({ name }: { name: string }, options: readonly Option[]): boolean {
  return options.some((option) => option.name === name)
}

function read(args: readonly string[], options: readonly Option[]) {
  try {
    return parseArgs({ args: withNumbersJoined(args, options), options: config(options), allowPositionals: true })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const unknown = /^Unknown option '(-[^']*)'/.exec(error.message)?.[1]
    if (unknown === undefined) throw new UsageError(error.message.split(/[.\n]/, 1)[0], { cause: error })
    const near = closest(
      unknown.replace(/^-+/, ''),
      options.map(({ name }) => name),
    )
    const hint = near === undefined ? '' : `; did you mean --${near}?`
    throw new UsageError(`there is no option ${oneLine(unknown)}${hint}`, { cause: error })
  }
}

/** `--priority -1` as `--priority=-1`: so it is a number, not an option that is missing its value. */
function withNumbersJoined(args: readonly string[], options: readonly Option[]): string[] {
  const takesValue = new Set(options.filter(({ value }) => value !== undefined).map(({ name }) => `--${name}`))
  const end = args.indexOf('--')
  const joined: string[] = []
  for (const [i, arg] of args.entries()) {
    const before = joined.at(-1)
    const isOption = end === -1 || i < end
    if (isOption && /^-[\d.]/.test(arg) && before !== undefined && takesValue.has(before))
      joined.splice(-1, 1, `${before}=${arg}`)
    else joined.push(arg)
  }
  return joined
}

function config(options: readonly Option[]): ParseArgsOptionsConfig {
  return Object.fromEntries(
    options.map(({ name, value, short, isMany = false }) => [
      name,
      { type: value === undefined ? 'boolean' : 'string', multiple: isMany, ...(short === undefined ? {} : { short }) },
    ]),
  )
}
