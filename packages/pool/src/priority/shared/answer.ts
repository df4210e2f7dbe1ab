import type { Value } from '@millrace/ring'
import { type Codec, customCodec, string } from '@millrace/ring/codec'

/**
 * How a request ended.
 *
 * - `submitted`, `replaced`, `duplicate`: all items of a submit are in, of the last one it says how
 * - `closed`, `full`, `timeout`, `aborted`: the submit ended with that, after `count` items; of a drain `aborted` only
 * - `refused`: the pool threw, `text` says what
 * - `items`: one of the `count` items of a drain, or none if `count` is 0; with a `text` in its place if it cannot be encoded
 * - `done`: the pool is closed; `text` has the stats if those were asked for
 */
export type AnswerKind =
  | 'submitted'
  | 'replaced'
  | 'duplicate'
  | 'closed'
  | 'full'
  | 'timeout'
  | 'aborted'
  | 'refused'
  | 'items'
  | 'done'

/** An answer. Those that have not the field of a kind have its 0, or undefined. */
export interface Answer<T> {
  readonly kind: AnswerKind
  /** The number of the request. */
  readonly id: number
  readonly count: number
  readonly priority: number
  readonly text: string | undefined
  readonly item: T | undefined
  /** What the codec threw when the item was read. */
  readonly error?: unknown
}

/** The most bytes of a text. */
const TEXT_BYTES = 1024

const KINDS: readonly AnswerKind[] = [
  'submitted',
  'replaced',
  'duplicate',
  'closed',
  'full',
  'timeout',
  'aborted',
  'refused',
  'items',
  'done',
]
/** As many as fit whatever they are. */
const MOST_CHARACTERS = TEXT_BYTES / 3
const TEXT = 256
const ITEM = 512
const HEADER = 24
const texts = string(TEXT_BYTES)

/**
 * The bytes of an answer.
 *
 *      0 kind, 256 if there is a text, 512 if there is an item    4 id    8 count   12 nothing   16 priority
 *     24 the text or the item
 */
export function answerCodec<T extends Value>(codec: Codec<T>): Codec<Answer<T>> {
  return customCodec<Answer<T>>({
    name: `priority-pool-answer(${codec.name})`,
    maxBytes: HEADER + Math.max(TEXT_BYTES, codec.maxBytes),
    encode({ kind, id, count, priority, text, item }, into, offset) {
      into.i32[(offset + 4) >>> 2] = id
      into.i32[(offset + 8) >>> 2] = count
      into.f64[(offset + 16) >>> 3] = priority
      let bytes = 0
      let has = text === undefined ? 0 : TEXT
      if (text !== undefined) bytes = texts.encode(text, into, offset + HEADER)
      else if (item !== undefined) {
        try {
          bytes = codec.encode(item, into, offset + HEADER)
          has = ITEM
        } catch (error) {
          // It could be when it came in, and has changed since.
          bytes = texts.encode(errorText(error), into, offset + HEADER)
          has = TEXT
        }
      }
      into.i32[offset >>> 2] = KINDS.indexOf(kind) | has
      return HEADER + bytes
    },
    decode(from, offset, length) {
      const word = from.i32[offset >>> 2] as number
      const header = {
        kind: KINDS[word & (TEXT - 1)] as AnswerKind,
        id: from.i32[(offset + 4) >>> 2] as number,
        count: from.i32[(offset + 8) >>> 2] as number,
        priority: from.f64[(offset + 16) >>> 3] as number,
        text: (word & TEXT) === 0 ? undefined : texts.decode(from, offset + HEADER, length - HEADER),
      }
      if ((word & ITEM) === 0) return { ...header, item: undefined }
      try {
        return { ...header, item: codec.decode(from, offset + HEADER, length - HEADER) }
      } catch (error) {
        return { ...header, item: undefined, error }
      }
    },
  })
}

/** An error as text: its name and its message, as much of that as fits. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}\n${error.message}` : `Error\n${String(error)}`
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text
}

/** The error of a text, of the same name if that is one of the language. */
export function errorOf(text: string): Error {
  const [name = '', ...lines] = text.split('\n')
  const message = lines.join('\n')
  if (name === 'TypeError') return new TypeError(message)
  if (name === 'RangeError') return new RangeError(message)
  const error = new Error(message)
  error.name = name
  return error
}
