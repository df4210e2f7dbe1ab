import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { LONGEST_MS, oneOf, quoted, readArguments, UsageError, wholeNumber } from '@millrace/command'

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

/** What was typed after the verb. Its methods throw `UsageError` for what makes no sense. */
export class Arguments {
  readonly positionals: readonly string[]
  readonly #values: Readonly<Record<string, unknown>>

  constructor(args: readonly string[], options: readonly Option[]) {
    const { values, positionals } = readArguments(args, config(options))
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

  whole(name: string, least: number, most?: number): number | undefined {
    return wholeNumber(`--${name}`, this.#values[name] as string | undefined, least, most)
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
    return text === undefined ? undefined : oneOf(`--${name}`, text, known)
  }

  #refuseMissing(names: readonly string[]): void {
    for (const [i, name] of names.entries()) {
      const value = this.positionals[i]
      if (value === undefined) throw new UsageError(`expected ${name}`)
      if (value === '') throw new UsageError(`expected ${name}, got an empty text`)
    }
  }
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

function config(options: readonly Option[]): ParseArgsOptionsConfig {
  return Object.fromEntries(
    options.map(({ name, value, short, isMany = false }) => [
      name,
      { type: value === undefined ? 'boolean' : 'string', multiple: isMany, ...(short === undefined ? {} : { short }) },
    ]),
  )
}
