import { closest, columns, quoted, UsageError } from '@millrace/command'
import { Arguments, verbOf } from './arguments.ts'
import type { Work } from './carry-out.ts'
import { COMMON } from './common.ts'
import { helpOf, overview } from './help.ts'
import { type Environment, placeOf } from './place.ts'
import type { Verb } from './verb.ts'
import { VERBS } from './verbs.ts'

/** What the arguments ask for. */
export type Request =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'work'; readonly work: Work; readonly isJson: boolean | undefined }

/** Reads the arguments. Throws `UsageError`. */
export function requestOf(args: readonly string[], version: string, environment: Environment): Request {
  const found = verbOf(args, COMMON)
  if (found === undefined) {
    const given = new Arguments(args, COMMON)
    if (given.flag('version')) return { kind: 'text', text: `${version}\n` }
    if (given.flag('help')) return { kind: 'text', text: overview(VERBS, columns()) }
    throw new UsageError(`expected a verb: ${VERBS.map(({ name }) => name).join(', ')}`)
  }
  const verb = verbNamed(found.name)
  const given = new Arguments(found.rest, [...verb.options, ...COMMON])
  if (given.flag('version')) return { kind: 'text', text: `${version}\n` }
  if (given.flag('help')) return { kind: 'text', text: helpOf(verb, columns()) }
  const isJson = given.flag('json')
  if (isJson && given.flag('no-json')) throw new UsageError('--json and --no-json: expected one of them')
  return {
    kind: 'work',
    work: { verb, run: verb.prepare(given), queue: given.positionals[0], place: placeOf(given, environment) },
    // If nothing is said, the output decides.
    isJson: isJson ? true : given.flag('no-json') ? false : undefined,
  }
}

function verbNamed(name: string): Verb {
  const verb = VERBS.find((one) => one.name === name)
  if (verb !== undefined) return verb
  const near = closest(
    name,
    VERBS.map((one) => one.name),
  )
  const hint =
    near === undefined ? `expected one of ${VERBS.map((one) => one.name).join(', ')}` : `did you mean ${near}?`
  throw new UsageError(`there is no verb ${quoted(name)}; ${hint}`)
}
