/**
 * Why a request was refused, for programs. Each goes with one status.
 *
 * - `bad-request` (400): the path, the parameters or the body are not what the route takes
 * - `foreign` (403): a page of another origin made a browser send it, or it was sent to a name that is not the server's
 * - `not-found` (404): there is no such route, or no such hold
 * - `closed` (410): the pool is closed; of a drain: and empty
 * - `too-large` (413): the body, or the number of items, is over the limit
 * - `unsupported` (415): the body is not said to be JSON
 * - `full` (503): there was no room in time
 * - `stopping` (503): the server stops
 * - `failed` (500): an error in the server
 */
export type RefusalCode =
  | 'bad-request'
  | 'foreign'
  | 'not-found'
  | 'closed'
  | 'too-large'
  | 'unsupported'
  | 'full'
  | 'stopping'
  | 'failed'

const STATUS: Readonly<Record<RefusalCode, number>> = {
  'bad-request': 400,
  foreign: 403,
  'not-found': 404,
  closed: 410,
  'too-large': 413,
  unsupported: 415,
  full: 503,
  stopping: 503,
  failed: 500,
}

/** What the body of a refused request's answer is. */
export interface RefusalBody {
  readonly code: RefusalCode
  /** One sentence for people. */
  readonly reason: string
  /** Of a submit: how many items of the batch are in the pool all the same, from its first. */
  readonly submitted?: number
  /** Of a submit: how many more did not come in since one with their key was there. The rest of the batch begins behind them. */
  readonly duplicates?: number
}

type Counts = Pick<RefusalBody, 'submitted' | 'duplicates'>

/** The answer to a request that is not carried out, or not whole. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal'
  readonly code: RefusalCode
  readonly #counts: Counts | undefined

  constructor(code: RefusalCode, reason: string, counts?: Counts) {
    super(reason)
    this.code = code
    this.#counts = counts
  }

  /** Of the answer. */
  get status(): number {
    return STATUS[this.code]
  }

  /** Whether the same request may succeed a little later. */
  get isPassing(): boolean {
    return this.status === 503
  }

  /** The answer. */
  toJSON(): RefusalBody {
    const { code, message: reason } = this
    return { code, reason, ...this.#counts }
  }
}
