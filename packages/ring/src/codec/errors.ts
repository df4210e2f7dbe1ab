/** A value that a codec cannot encode. Nothing was sent; the caller still has the value. */
export class EncodeError extends Error {
  /** Tells this error apart, also between ESM and CJS copies of the class. */
  readonly code: 'too-large' | 'not-encodable'
  override readonly name: string = 'EncodeError'
  /** The name of the codec that refused. */
  readonly codec: string
  /** Where in the value it was, as `at.x`; empty for the value itself. */
  readonly path: string
  /** What is wrong, without codec and path. */
  readonly reason: string

  constructor(
    code: EncodeError['code'],
    codec: string,
    reason: string,
    options: { path?: string; cause?: unknown } = {},
  ) {
    const { path = '' } = options
    super(`${path === '' ? '' : `${path}: `}${shorten(codec)}: ${reason}`, 'cause' in options ? options : undefined)
    this.code = code
    this.codec = codec
    this.path = path
    this.reason = reason
  }
}

/** An `EncodeError` said of the field the value was found in; any other error as it is. By name: there may be two copies of the class. */
export function inField(field: string, error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'EncodeError') return error
  const { code, codec, reason, path, cause } = error as EncodeError
  const options = 'cause' in error ? { cause } : {}
  return new EncodeError(code, codec, reason, { path: path === '' ? field : `${field}.${path}`, ...options })
}

/** The error of a value that is none of the codec's kind. */
export function notEncodable(codec: string, expected: string, value: unknown): EncodeError {
  return new EncodeError('not-encodable', codec, `expected ${expected}, got ${describe(value)}`)
}

/** How a wrong value appears in an error message; a large one does not appear in full. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `a string, ${JSON.stringify(shorten(value))}`
  if (typeof value === 'bigint') return 'a bigint'
  if (typeof value === 'function') return 'a function'
  if (Object.is(value, -0)) return '-0'
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value)
}

const LONGEST = 80

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`
}
