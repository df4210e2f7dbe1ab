import { QueueError, type QueueErrorCode } from '@millrace/queue'

/**
 * Why a request was refused, for programs. Each goes with one status.
 *
 * - `bad-request` (400): the parameters or the body are not what the route takes
 * - `unauthorized` (401): a token is needed, and this is none of them
 * - `forbidden` (403): the token does not give that right
 * - `foreign` (403): a page of another origin made a browser send it, or it was sent to a name that is not the server's
 * - `not-found` (404): there is no such route, or no such queue
 * - `unavailable` (503): the engine is closed, takes no changes or is not reached
 * - `failed` (500): an error in the server
 */
export type RefusalCode =
  | 'bad-request'
  | 'unauthorized'
  | 'forbidden'
  | 'foreign'
  | 'not-found'
  | 'unavailable'
  | 'failed'

const STATUS: Readonly<Record<RefusalCode, number>> = {
  'bad-request': 400,
  unauthorized: 401,
  forbidden: 403,
  foreign: 403,
  'not-found': 404,
  unavailable: 503,
  failed: 500,
}

const OF_ENGINE: Readonly<Partial<Record<QueueErrorCode, RefusalCode>>> = {
  missing: 'not-found',
  closed: 'unavailable',
  'read-only': 'unavailable',
  unreachable: 'unavailable',
  unknown: 'unavailable',
  timeout: 'unavailable',
  busy: 'unavailable',
  refused: 'forbidden',
}

/** The answer to a request that is not carried out. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal'
  readonly code: RefusalCode

  constructor(code: RefusalCode, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause })
    this.code = code
  }

  /** Of the answer. */
  get status(): number {
    return STATUS[this.code]
  }

  /** The answer. */
  toJSON(): { readonly code: RefusalCode; readonly reason: string } {
    return { code: this.code, reason: this.message }
  }
}

/** What an engine, or fastify, threw, as an answer. What is not foreseen is told to nobody but the log. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof QueueError) {
    const code = OF_ENGINE[error.code]
    if (code !== undefined) return new Refusal(code, error.message, error)
  }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status >= 400 && status < 500) return new Refusal('bad-request', (error as Error).message, error)
  return new Refusal('failed', 'the server failed to carry this out', error)
}
