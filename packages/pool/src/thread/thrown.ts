/**
 * What was thrown, as data. A structured clone of an error keeps message and stack and drops own fields, a changed
 * name and all of it if one field cannot be cloned; here only that field is dropped.
 */
import { inspect, types } from 'node:util'

/** A thrown value in transit. */
export type Thrown = readonly ['value', unknown] | readonly ['error', ErrorRecord]

interface ErrorRecord {
  readonly type: ErrorType
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly fields: readonly (readonly [string, unknown])[]
  readonly cause: Thrown | undefined
  readonly errors: readonly Thrown[] | undefined
}

type ErrorType = SimpleErrorType | 'AggregateError' | 'DOMException'

type SimpleErrorType =
  | 'Error'
  | 'EvalError'
  | 'RangeError'
  | 'ReferenceError'
  | 'SyntaxError'
  | 'TypeError'
  | 'URIError'

const simpleErrors: Record<SimpleErrorType, ErrorConstructor> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}

/** Causes are followed so deep, and so many errors are taken along; what goes in circles ends here. */
const DEEPEST_CAUSE = 8
const MOST_ERRORS = 100

/** Makes a thrown value cloneable; undefined if it cannot be cloned and is no error that can be read. */
export function packThrown(thrown: unknown): Thrown | undefined {
  return pack(thrown, 0, { left: MOST_ERRORS })
}

interface Budget {
  left: number
}

function pack(thrown: unknown, depth: number, budget: Budget): Thrown | undefined {
  try {
    if (isError(thrown)) return ['error', packError(thrown, depth, budget)]
    // The clone and not the value: it can be cloned again, while a getter of the value may throw the next time.
    return ['value', structuredClone(thrown)]
  } catch {
    return undefined
  }
}

/** The thrown value again; errors are errors of the nearest built-in class. */
export function unpackThrown(thrown: Thrown): unknown {
  return thrown[0] === 'value' ? thrown[1] : unpackError(thrown[1])
}

/** One line about something thrown, whatever it is: what has neither message nor text must not be thrown again. */
export function textOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error || types.isNativeError(thrown)) return String(thrown.message)
    return typeof thrown === 'string'
      ? thrown
      : inspect(thrown, { compact: true, breakLength: Number.POSITIVE_INFINITY })
  } catch {
    return 'something that has no text'
  }
}

/** Where an error was thrown, if it says so; else its text. */
export function traceOf(thrown: unknown): string {
  try {
    const stack: unknown = isError(thrown) ? thrown.stack : undefined
    return typeof stack === 'string' ? stack : textOf(thrown)
  } catch {
    return textOf(thrown)
  }
}

function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || types.isNativeError(thrown)
}

function packError(error: Error, depth: number, budget: Budget): ErrorRecord {
  const { name, message, stack, cause, errors } = error as Error & { readonly errors?: unknown }
  const deeper = --budget.left > 0 && depth < DEEPEST_CAUSE
  return {
    type: typeOf(error),
    name: String(name),
    message: String(message),
    stack: typeof stack === 'string' ? stack : undefined,
    fields: packFields(error),
    cause: deeper && 'cause' in error ? pack(cause, depth + 1, budget) : undefined,
    errors: deeper && Array.isArray(errors) ? packAll(errors, depth + 1, budget) : undefined,
  }
}

function packAll(errors: readonly unknown[], depth: number, budget: Budget): Thrown[] {
  const all: Thrown[] = []
  for (const error of errors) {
    if (budget.left <= 0) break
    const thrown = pack(error, depth, budget)
    if (thrown !== undefined) all.push(thrown)
  }
  return all
}

function packFields(error: Error): [string, unknown][] {
  const fields: [string, unknown][] = []
  for (const key of Object.keys(error)) {
    if (carried.has(key)) continue
    try {
      fields.push([key, structuredClone<unknown>(Reflect.get(error, key))])
    } catch {
      // A field that cannot be read or cloned stays behind; the rest of the error is worth more.
    }
  }
  return fields
}

const carried = new Set(['name', 'message', 'stack', 'cause', 'errors'])

function typeOf(error: Error): ErrorType {
  if (error instanceof DOMException) return 'DOMException'
  for (let at: unknown = error; at !== null; at = Object.getPrototypeOf(at)) {
    const name: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value?.name
    if (name === 'AggregateError' || isSimple(name)) return name
  }
  return 'Error'
}

function isSimple(name: unknown): name is SimpleErrorType {
  return typeof name === 'string' && Object.hasOwn(simpleErrors, name)
}

function unpackError(record: ErrorRecord): Error {
  const { type, name, stack, fields, cause, errors } = record
  const options = cause === undefined ? undefined : { cause: unpackThrown(cause) }
  const error = bareError(record, options)
  if (error.name !== name) define(error, 'name', name)
  define(error, 'stack', stack)
  if (errors !== undefined && type !== 'AggregateError') define(error, 'errors', errors.map(unpackThrown))
  for (const [key, value] of fields) {
    Object.defineProperty(error, key, { value, writable: true, enumerable: true, configurable: true })
  }
  return error
}

function bareError({ type, name, message, errors }: ErrorRecord, options: ErrorOptions | undefined): Error {
  // The second argument is a name or, in Node, options; the types of browsers know only the name.
  if (type === 'DOMException') return new DOMException(message, { name, ...options } as never)
  if (type === 'AggregateError') return new AggregateError((errors ?? []).map(unpackThrown), message, options)
  return new simpleErrors[type](message, options)
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true })
}
