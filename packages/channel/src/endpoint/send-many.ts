import { refusal, show, turn, WAIT_OPTIONS, type WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Sender } from '../api.ts'
import { CutShortError } from '../errors.ts'

/** A sender that can also fill what room there is with values of an array. */
export interface BulkSender<T extends Value> extends Pick<Sender<T>, 'send' | 'trySend'> {
  /** Sends the values at indexes `from` to below `to` for which there is room now; answers how many. */
  trySendMany(values: readonly T[], from: number, to: number): number
}

/** At most as many values of an array are moved before the event loop is thought of. */
const CHUNK = 256

/** Sends as many as there is room for without a promise, and waits with one ordinary send where there is none. */
export function sendMany<T extends Value>(
  sender: BulkSender<T>,
  values: Iterable<T>,
  options: WaitOptions | undefined,
): Promise<number> {
  if (typeof values?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`values: expected an iterable, got ${show(values)}`)
  }
  if (Array.isArray(values) || ArrayBuffer.isView(values)) {
    return sendArray(sender, values as readonly T[], options, refusal(options, WAIT_OPTIONS))
  }
  const iterator = values[Symbol.iterator]()
  return sendEach(sender, iterator, options, refusal(options, WAIT_OPTIONS))
}

async function sendArray<T extends Value>(
  sender: BulkSender<T>,
  values: readonly T[],
  options: WaitOptions | undefined,
  refused: Promise<never> | undefined,
): Promise<number> {
  let sent = 0
  try {
    if (refused !== undefined) await refused
    while (sent < values.length) {
      options?.signal?.throwIfAborted()
      const count = sender.trySendMany(values, sent, Math.min(values.length, sent + CHUNK))
      const waits = count > 0 ? turn() : sendOne(sender, values[sent] as T, options)
      if (waits !== undefined) await waits
      sent += Math.max(1, count)
    }
  } catch (cause) {
    throw new CutShortError(sent, values.slice(sent), cause)
  }
  if (sent === 0) await turn()
  return sent
}

async function sendEach<T extends Value>(
  sender: BulkSender<T>,
  values: Iterator<T>,
  options: WaitOptions | undefined,
  refused: Promise<never> | undefined,
): Promise<number> {
  let sent = 0
  if (refused !== undefined) {
    await refused.catch((cause: unknown) => {
      throw new CutShortError(0, remaining(values), cause)
    })
  }
  for (let next = values.next(); next.done !== true; next = values.next()) {
    const { value } = next
    try {
      options?.signal?.throwIfAborted()
      const waits = sendOne(sender, value, options)
      if (waits !== undefined) await waits
    } catch (cause) {
      throw new CutShortError(sent, remaining(values, value), cause)
    }
    sent++
  }
  if (sent === 0) await turn()
  return sent
}

/** Sends one value; answers what there is to wait for. */
function sendOne<T extends Value>(
  sender: BulkSender<T>,
  value: T,
  options: WaitOptions | undefined,
): Promise<void> | undefined {
  return sender.trySend(value) === 'sent' ? turn() : sender.send(value, options)
}

function* remaining<T>(values: Iterator<T>, ...first: T[]): Generator<T> {
  yield* first
  for (let next = values.next(); next.done !== true; next = values.next()) yield next.value
}
