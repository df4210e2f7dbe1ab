import { CutShortError } from '@millrace/channel'
import { TimeoutError, type WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import { PoolError } from '../../errors.ts'
import type { ItemOptions } from '../api.ts'
import { lossError, SubmitCall, type Submitted } from './calls.ts'
import type { Line } from './line.ts'

/** Settings of a submit. */
export type SubmitOptions = ItemOptions & WaitOptions

/** How many items of a submit of many are asked for at once. */
const CHUNK = 64

/** Submits an item over a line. */
export async function submitOne<T extends Value>(
  line: Line<T>,
  item: T,
  options: SubmitOptions,
): Promise<'submitted' | 'replaced' | 'duplicate'> {
  const submitted = await submit(line, [item], options)
  if (submitted.count === 1) return submitted.kind as 'submitted' | 'replaced' | 'duplicate'
  throw errorOf(submitted, item, options)
}

/** Submits items over a line, one after the other, and answers how many there were. Rejects with `CutShortError`. */
export async function submitMany<T extends Value>(
  line: Line<T>,
  items: Iterable<T>,
  options: SubmitOptions,
): Promise<number> {
  const { timeoutMs } = options
  const endsAt = performance.now() + (timeoutMs ?? 0)
  const iterator = items[Symbol.iterator]()
  let sent = 0
  for (;;) {
    const { chunk, failure, isLast } = read(iterator)
    const left = timeoutMs === undefined ? undefined : Math.max(0, endsAt - performance.now())
    if (chunk.length > 0) {
      const submitted = await submit(line, chunk, { ...options, timeoutMs: left })
      sent += submitted.count
      const rest = chunk.slice(submitted.count)
      if (rest.length > 0) throw new CutShortError(sent, joined(rest, iterator), errorOf(submitted, rest[0], options))
    }
    if (failure !== undefined) throw new CutShortError(sent, joined([], iterator), failure.cause)
    if (isLast) return sent
  }
}

/** What is read of items at a time, until one is none or reading fails. */
function read<T>(iterator: Iterator<T>): { chunk: T[]; failure: { cause: unknown } | undefined; isLast: boolean } {
  const chunk: T[] = []
  try {
    while (chunk.length < CHUNK) {
      const { done, value } = iterator.next()
      if (done === true) return { chunk, failure: undefined, isLast: true }
      if (value === undefined) throw new TypeError('item: undefined is no item; it says that there is none')
      chunk.push(value)
    }
  } catch (cause) {
    return { chunk, failure: { cause }, isLast: true }
  }
  return { chunk, failure: undefined, isLast: false }
}

function* joined<T>(first: readonly T[], iterator: Iterator<T>): Generator<T, void, undefined> {
  yield* first
  for (let step = iterator.next(); step.done !== true; step = iterator.next()) yield step.value
}

/** Submits a few items, and answers how far it came. */
async function submit<T extends Value>(line: Line<T>, items: readonly T[], options: SubmitOptions): Promise<Submitted> {
  const { signal } = options
  const call = new SubmitCall<T>()
  const id = line.open(call)
  const abort = (): void => void line.ask('abort', id)
  signal?.addEventListener('abort', abort)
  try {
    const { count, error } = await send(line, id, items, options)
    if (count === 0) {
      line.drop(id)
      return { kind: 'refused', count, error }
    }
    // One that came before the last item found nothing to abort.
    if (signal?.aborted) abort()
    const submitted = await call.promise
    return submitted.count === count && count < items.length ? { kind: 'refused', count, error } : submitted
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** Sends items, and answers how many; if not all, what hindered it. */
async function send<T extends Value>(
  line: Line<T>,
  id: number,
  items: readonly T[],
  { signal, ...fields }: SubmitOptions,
): Promise<{ count: number; error?: unknown }> {
  let count = 0
  try {
    for (const item of items) {
      if (signal?.aborted) throw signal.reason
      const due = line.ask('submit', id, { ...fields, item, isLast: count === items.length - 1 })
      if (due !== undefined) await due
      count++
    }
    return { count }
  } catch (error) {
    // No item, only the end of those before.
    if (count > 0) line.ask('submit', id)
    return { count, error }
  }
}

function errorOf({ kind, error, loss }: Submitted, value: unknown, { signal, timeoutMs }: SubmitOptions): unknown {
  if (loss !== undefined) return lossError(loss, value)
  if (kind === 'closed') return new PoolError('closed', 'the pool is closed; the item is not in it', { value })
  if (kind === 'full') return new PoolError('full', 'the pool is full', { value })
  if (kind === 'timeout') return new TimeoutError(timeoutMs ?? 0)
  return kind === 'aborted' ? signal?.reason : error
}
