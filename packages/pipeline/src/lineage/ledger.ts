import { isThenable } from '../thenable.ts'
import type { Failed, Origin } from './lineage.ts'
import { type Cursor, Positions } from './positions.ts'

/** How a run tells which items of its source it is done with. */
export interface CheckpointOptions {
  /** Keeps the cursor. Called with a newer one only when it has ended; a failure of it fails the run. */
  readonly save: (cursor: Cursor) => unknown
  /** After how many more items a cursor is saved; 1,000 if not given. The last one is saved at the end, whatever the end is. */
  readonly everyItems?: number | undefined
}

/** Tells a source what became of an item. */
export type Settle = (item: never, error?: unknown) => unknown

/** So many answers of `settle` may be due before no further item is taken. */
const MOST_DUE = 256

/**
 * What a run owes its source: each item settled once, and a cursor of those that are processed.
 *
 * INVARIANT  one `save` at a time.
 * INVARIANT  after `close` every item that was taken has been settled, and the last cursor has been saved, or has failed to be.
 */
export class Ledger {
  readonly #settle: Settle | undefined
  readonly #checkpoint: CheckpointOptions | undefined
  readonly #onFailure: (error: unknown) => void
  readonly #processed: Positions
  readonly #due = new Set<Promise<void>>()
  #saving: Promise<void> | undefined
  #unsaved = 0
  #failed: Failed | undefined

  constructor(
    settle: Settle | undefined,
    checkpoint: CheckpointOptions | undefined,
    resume: Cursor | undefined,
    onFailure: (error: unknown) => void,
  ) {
    this.#settle = settle
    this.#checkpoint = checkpoint
    this.#onFailure = (error) => {
      this.#failed ??= { error }
      onFailure(error)
    }
    this.#processed = new Positions(resume)
  }

  /** Nothing of an item is in the run any more. */
  processed({ position, item, failed }: Origin): void {
    this.#tell(item, failed)
    if (failed !== undefined) return
    this.#processed.add(position)
    this.#unsaved++
    this.#saveIfDue()
  }

  /** Resolves when another item may be taken; undefined if it may now. */
  room(): Promise<unknown> | undefined {
    return this.#due.size < MOST_DUE ? undefined : Promise.race(this.#due)
  }

  /** An item that came after the run had ended. */
  late(item: unknown): void {
    this.#tell(item, { error: unprocessed(undefined) })
  }

  /** Settles what is open, since the run has ended with `failed` or had all it wanted; resolves when everything is settled and saved, or rejects with the first failure of that. */
  async close(open: Iterable<Origin>, failed: Failed | undefined): Promise<void> {
    for (const { item } of open) this.#tell(item, { error: unprocessed(failed) })
    await Promise.all(this.#due)
    await this.#saving
    if (this.#unsaved > 0) this.#save()
    await this.#saving
    if (this.#failed !== undefined) throw this.#failed.error
  }

  #tell(item: unknown, failed: Failed | undefined): void {
    if (this.#settle === undefined) return
    try {
      const settled = this.#settle(...([item, ...errorOf(failed)] as [never, unknown?]))
      if (!isThenable(settled)) return
      const due: Promise<void> = Promise.resolve(settled)
        .then(undefined, this.#onFailure)
        .then(() => void this.#due.delete(due))
      this.#due.add(due)
    } catch (error) {
      this.#onFailure(error)
    }
  }

  #saveIfDue(): void {
    if (this.#unsaved >= (this.#checkpoint?.everyItems ?? 1_000)) this.#save()
  }

  #save(): void {
    if (this.#checkpoint === undefined || this.#saving !== undefined) return
    this.#unsaved = 0
    this.#saving = this.#saved(this.#checkpoint.save, this.#processed.toCursor())
  }

  async #saved(save: CheckpointOptions['save'], cursor: Cursor): Promise<void> {
    try {
      await save(cursor)
    } catch (error) {
      this.#onFailure(error)
    }
    this.#saving = undefined
    this.#saveIfDue()
  }
}

/** What an item is settled with that did not fail itself. */
function unprocessed(failed: Failed | undefined): Error {
  const error = new Error('the run has ended before this item was processed', failed && { cause: failed.error })
  return Object.assign(error, { name: 'AbortError', code: 'unprocessed' })
}

function errorOf(failed: Failed | undefined): unknown[] {
  if (failed === undefined) return []
  return [failed.error === undefined ? new Error('it failed with undefined') : failed.error]
}
