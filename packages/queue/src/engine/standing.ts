import type { Body } from '../api.ts'
import { QueueError } from '../errors.ts'
import type { Journal } from './journal.ts'

/** Whether an engine can be used still. */
export class Standing {
  isClosed = false
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  /** Throws `QueueError` with code `closed` if it has been closed. */
  checkOpen(): void {
    if (this.isClosed) throw new QueueError('closed', 'the engine has been closed')
  }

  /** Throws `QueueError` if nothing can be changed any more; it carries what was to be sent. */
  checkWritable(bodies?: readonly Body[]): void {
    this.checkOpen()
    const { failure } = this.#journal
    if (failure !== undefined) throw carrying(failure, bodies)
  }
}

/** The same error, which carries what was not sent. */
export function carrying({ code, message, cause }: QueueError, bodies: readonly Body[] | undefined): QueueError {
  return new QueueError(code, message, { bodies, cause })
}
