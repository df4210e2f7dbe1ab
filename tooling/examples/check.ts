/** What runs inside an example: the sentences after `// =>`, each of them reached and true, or the process fails. */
import { format, inspect, isDeepStrictEqual } from 'node:util'

/** What is said of an error: its name, a part of its message, or its properties. */
export interface Expected {
  readonly name?: string
  readonly message?: string
  readonly value?: unknown
}

const unreached = new Set<string>()
const failures: string[] = []
const printed: string[] = []

console.log = (...values: unknown[]) => {
  printed.push(format(...values))
}

process.on('exit', (code) => {
  for (const failure of failures) console.error(failure)
  if (code !== 0) return
  for (const place of unreached) console.error(`${place}: never reached`)
  if (unreached.size + failures.length > 0) process.exitCode = 1
})

/** Names the places that have to be reached before the example ends. */
export function expectAll(places: readonly string[]): void {
  for (const place of places) unreached.add(place)
}

/** The value is what the text says, by deep and strict equality. */
export function equal(actual: unknown, expected: unknown, place: string): void {
  unreached.delete(place)
  if (!isDeepStrictEqual(actual, expected)) fail(place, `is ${inspect(actual)}, the text says ${inspect(expected)}`)
}

/** The call throws, before it returns anything. */
export function throws(call: () => unknown, expected: Expected, place: string): void {
  let value: unknown
  try {
    value = call()
  } catch (error) {
    matches(error, expected, place)
    return
  }
  unreached.delete(place)
  fail(place, `is ${inspect(value)}, the text says it throws`)
}

/** The call returns a promise, which rejects. */
export async function rejects(call: () => unknown, expected: Expected, place: string): Promise<void> {
  const promise = call()
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    matches(error, expected, place)
    return
  }
  unreached.delete(place)
  fail(place, `is ${inspect(value)}, the text says it rejects`)
}

/** How much was printed so far. */
export function mark(): number {
  return printed.length
}

/** The lines printed since the mark are the text, joined by commas if there are several. */
export function prints(since: number, expected: string, place: string): void {
  unreached.delete(place)
  const actual = printed.slice(since).join(', ')
  if (actual !== expected) fail(place, `prints ${inspect(actual)}, the text says ${inspect(expected)}`)
}

function matches(error: unknown, { name, message, value }: Expected, place: string): void {
  unreached.delete(place)
  const { name: ownName, message: ownMessage } = Object(error) as Error
  if (name !== undefined && ownName !== name && Object(error).constructor?.name !== name)
    fail(place, `fails with ${inspect(error)}, the text says ${name}`)
  if (message !== undefined && !String(ownMessage).includes(message))
    fail(place, `fails with the message ${inspect(ownMessage)}, the text says ${inspect(message)}`)
  if (value !== undefined && !isDeepStrictEqual(pick(error, value), value))
    fail(place, `fails with ${inspect(error)}, the text says ${inspect(value)}`)
}

/** The properties of `error` that `like` has; `error` itself if `like` is no object. */
function pick(error: unknown, like: unknown): unknown {
  if (typeof like !== 'object' || like === null) return error
  return Object.fromEntries(Object.keys(like).map((key) => [key, Object(error)[key]]))
}

// Also kept for the end of the process: an example may catch what is thrown here.
function fail(place: string, sentence: string): never {
  failures.push(`${place}: ${sentence}`)
  throw new Error(`${place}: ${sentence}`)
}
