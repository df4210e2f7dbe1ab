import type { MessagePort } from 'node:worker_threads'
import { pack } from './buffers.ts'
import { type Moved, moved } from './context.ts'
import { IN_MESSAGE, IN_SLOT, type Lane } from './lane.ts'
import { type FromThread, LOOK, post } from './messages.ts'
import { PlainWriter } from './plain.ts'
import { packThrown, type Thrown, textOf } from './thrown.ts'

/**
 * Gives the answers of a thread: plain ones into their slot, where the pool finds them whenever it looks, others as a message.
 *
 * INVARIANT  a message is posted before its slot says so; whoever reads the slot finds it among what has come.
 */
export class Answers {
  readonly #port: MessagePort
  readonly #lane: Lane
  readonly #writer: PlainWriter

  constructor(port: MessagePort, lane: Lane) {
    this.#port = port
    this.#lane = lane
    this.#writer = new PlainWriter(lane.bytes)
  }

  /** The task returned. */
  give(position: number, result: unknown, runUs: number): void {
    const lane = this.#lane
    const isThere =
      (typeof result === 'object' && isMoved(result)) === false &&
      this.#writer.write(result, lane.payload(position), lane.payloadEnd(position))
    if (isThere) lane.publishAnswer(position, IN_SLOT, runUs)
    else this.#post(position, result, runUs)
  }

  /** The task threw. */
  giveThrown(position: number, error: unknown, runUs: number): void {
    const thrown = packThrown(error)
    if (thrown === undefined)
      this.#refuse(position, 'thrown value', new TypeError('it has no clone, and is no error that can be read'))
    else post(this.#port, ['threw', position, thrown])
    this.#lane.publishAnswer(position, IN_MESSAGE, runUs)
  }

  /** Sends an item of a stream; false if it cannot be cloned, which then is the answer. */
  giveItem(position: number, item: unknown): boolean {
    try {
      const { value, transfer } = isMoved(item) ? item : { value: item, transfer: undefined }
      const { values, buffers } = pack([value], transfer)
      post(this.#port, ['items', position, values, buffers], transfer)
      return true
    } catch (error) {
      this.#refuse(position, 'item', error)
      return false
    }
  }

  /** The last item was refused, and the stream is over. */
  giveRefused(position: number, runUs: number): void {
    this.#lane.publishAnswer(position, IN_MESSAGE, runUs)
  }

  /** Lets the pool look at the answers it was not told of. */
  tell(): void {
    if (this.#lane.unparkPool()) post(this.#port, LOOK)
  }

  #post(position: number, result: unknown, runUs: number): void {
    try {
      const { value, transfer } = isMoved(result) ? result : { value: result, transfer: undefined }
      const { values, buffers } = pack([value] as const, transfer)
      post(this.#port, ['done', position, values, buffers], transfer)
    } catch (error) {
      this.#refuse(
        position,
        'result',
        isIterator(result) ? new TypeError('the items of a generator are had by stream()') : error,
      )
    }
    this.#lane.publishAnswer(position, IN_MESSAGE, runUs)
  }

  #refuse(position: number, what: 'result' | 'item' | 'thrown value', error: unknown): void {
    post<FromThread>(this.#port, ['uncloneable', position, what, thrownOrText(error)])
  }
}

/** What was thrown, or at least what it says. */
export function thrownOrText(error: unknown): Thrown {
  return packThrown(error) ?? ['value', textOf(error)]
}

function isIterator(result: unknown): boolean {
  return typeof result === 'object' && result !== null && typeof Reflect.get(result, 'next') === 'function'
}

/** Whether a result came out of `move`. */
export function isMoved(result: unknown): result is Moved<unknown> {
  return typeof result === 'object' && result !== null && Object.hasOwn(result, moved)
}
