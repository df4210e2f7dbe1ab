import type { QueueEngine } from '@millrace/queue'
import { Arguments, quoted, UsageError, verbOf } from './arguments.ts'
import { closest } from './closest.ts'
import { COMMON } from './common.ts'
import { helpOf, overview } from './help.ts'
import { abortByOutput, abortBySignal, Interrupted } from './interruption.ts'
import { Output, OutputClosed } from './output.ts'
import { open, type Place, placeOf } from './place.ts'
import { oneLine } from './printable.ts'
import { codeOf, reasonOf, sentenceOf } from './reason.ts'
import { EXIT, type Run, type Verb } from './verb.ts'
import { VERBS } from './verbs.ts'

type Request =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'run'
      readonly run: Run
      readonly verb: Verb
      readonly queue: string | undefined
      readonly place: Place
      readonly isJson: boolean
    }

/** Carries out the command, and answers with its exit code. What goes wrong is told in one sentence. */
export async function main(args: readonly string[], version: string): Promise<number> {
  const stop = new AbortController()
  abortByOutput(stop, process.stdout, process.stderr)
  try {
    const request = read(args, version)
    if (request.kind === 'run') return await carryOut(request, stop)
    process.stdout.write(request.text)
    return EXIT.done
  } catch (error) {
    return explain(stop.signal.aborted && error === stop.signal.reason ? stop.signal.reason : error)
  }
}

function read(args: readonly string[], version: string): Request {
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
    kind: 'run',
    verb,
    queue: given.positionals[0],
    run: verb.prepare(given),
    place: placeOf(given, process.env),
    isJson: isJson || (!given.flag('no-json') && process.stdout.isTTY !== true),
  }
}

/** How wide a help may be. */
function columns(): number {
  return Math.min(process.stdout.columns ?? 100, 100)
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

async function carryOut(
  { run, verb, queue, place, isJson }: Request & { kind: 'run' },
  stop: AbortController,
): Promise<number> {
  abortBySignal(stop)
  const opened = (makesFolder: boolean): Promise<QueueEngine> =>
    open(place, process.env, {
      makesFolder,
      signal: stop.signal,
      onLost: (error) => say(`${reasonOf(error)}; connecting again`),
    })
  const another = (): Promise<QueueEngine> => {
    if (place.kind === 'server') return opened(false)
    throw new UsageError('--connections: expected 1 with --path, which is open once')
  }
  const engine = await opened(verb.makesFolder === true)
  try {
    const output = new Output(process.stdout, isJson, process.env)
    return await run({ engine, another, output, input: process.stdin, stop: stop.signal, say })
  } catch (error) {
    throw codeOf(error) === 'missing' ? await namedBetter(error, queue, engine) : error
  } finally {
    await engine.close()
  }
}

/** The error about a queue that is not there, with the name that was most likely meant. */
async function namedBetter(error: unknown, queue: string | undefined, engine: QueueEngine): Promise<unknown> {
  const names = await engine.list().catch((): string[] => [])
  if (queue === undefined || names.includes(queue)) return error
  const near = closest(queue, names)
  return near === undefined ? error : new Error(`${reasonOf(error)}; did you mean ${oneLine(near)}?`)
}

function explain(error: unknown): number {
  if (error instanceof OutputClosed) {
    if (error.isQuiet) return 141
    say(error.message)
    return EXIT.failed
  }
  if (error instanceof Interrupted) return error.exitCode
  const isMisuse = error instanceof UsageError
  say(isMisuse ? `${error.message}${error.message.endsWith('?') ? '' : '; see --help'}` : sentenceOf(error))
  // An engine refuses an argument that makes no sense in these classes, and changes nothing.
  return isMisuse || error instanceof TypeError || error instanceof RangeError ? EXIT.usage : EXIT.failed
}

function say(sentence: string): void {
  process.stderr.write(`millrace-queue: ${sentence}\n`)
}
