import type { SharedHandle } from '@millrace/channel/shared'
import type { Value } from '@millrace/ring'
import { type Bytes, type Codec, customCodec, string } from '@millrace/ring/codec'

/** What a thread asks of the owner. */
export type RequestKind = 'submit' | 'drain' | 'abort' | 'release' | 'putBack' | 'stats' | 'close'

/** Where requests go. */
export type Requests<T extends Value> = SharedHandle<Request<T>>

/** A request. Those that have not the field of a kind have its 0, or undefined. */
export interface Request<T> {
  readonly kind: RequestKind
  /** Whose it is: where the channel of its answers lies, and which life of that place is meant. */
  readonly object: number
  readonly generation: number
  /** Its number among those of that client. All items of one submit have the same. */
  readonly id: number
  /** How many a drain is to take. */
  readonly n: number
  /** Whether no more items follow in this submit. */
  readonly isLast: boolean
  readonly timeoutMs: number | undefined
  readonly priority: number | undefined
  readonly ttlMs: number | undefined
  readonly key: string | undefined
  readonly item: T | undefined
  /** What the codec threw when the item was read. */
  readonly error?: unknown
}

/** The most bytes of a key. */
const KEY_BYTES = 128

const KINDS: readonly RequestKind[] = ['submit', 'drain', 'abort', 'release', 'putBack', 'stats', 'close']
const LAST = 256
const ITEM = 512
const NO_KEY = -1
const HEADER = 48
const keys = string(KEY_BYTES)

/**
 * The bytes of a request.
 *
 *      0 kind, 256 if last, 512 if there is an item   4 object   8 generation   12 id   16 n   20 bytes of the key, −1 for none
 *     24 timeoutMs          32 priority               40 ttlMs             each NaN for none
 *     48 the key, to a multiple of 8, and the item
 */
export function requestCodec<T extends Value>(codec: Codec<T>): Codec<Request<T>> {
  return customCodec<Request<T>>({
    name: `priority-pool-request(${codec.name})`,
    maxBytes: HEADER + KEY_BYTES + codec.maxBytes,
    encode(request, into, offset) {
      const { kind, object, generation, id, n, isLast, timeoutMs, priority, ttlMs, key, item } = request
      const i32 = offset >>> 2
      into.i32[i32] = KINDS.indexOf(kind) | (isLast ? LAST : 0) | (item === undefined ? 0 : ITEM)
      into.i32[i32 + 1] = object
      into.i32[i32 + 2] = generation
      into.i32[i32 + 3] = id
      into.i32[i32 + 4] = n
      const keyBytes = key === undefined ? NO_KEY : keys.encode(key, into, offset + HEADER)
      into.i32[i32 + 5] = keyBytes
      into.f64[(offset + 24) >>> 3] = timeoutMs ?? Number.NaN
      into.f64[(offset + 32) >>> 3] = priority ?? Number.NaN
      into.f64[(offset + 40) >>> 3] = ttlMs ?? Number.NaN
      const at = HEADER + roundUp(Math.max(0, keyBytes))
      return item === undefined ? at : at + codec.encode(item, into, offset + at)
    },
    decode: (from, offset, length) => decode(from, offset, length, codec),
  })
}

function decode<T extends Value>(from: Bytes, offset: number, length: number, codec: Codec<T>): Request<T> {
  const word = (at: number): number => from.i32[(offset + at) >>> 2] as number
  const keyBytes = word(20)
  const kind = KINDS[word(0) & (LAST - 1)] as RequestKind
  const header = {
    kind,
    object: word(4),
    generation: word(8),
    id: word(12),
    n: word(16),
    isLast: (word(0) & LAST) !== 0,
    timeoutMs: optional(from, offset + 24),
    priority: optional(from, offset + 32),
    ttlMs: optional(from, offset + 40),
    key: keyBytes === NO_KEY ? undefined : keys.decode(from, offset + HEADER, keyBytes),
  }
  if ((word(0) & ITEM) === 0) return { ...header, item: undefined }
  try {
    const at = HEADER + roundUp(Math.max(0, keyBytes))
    return { ...header, item: codec.decode(from, offset + at, length - at) }
  } catch (error) {
    return { ...header, item: undefined, error }
  }
}

/** A double, undefined if it is NaN. */
function optional(from: Bytes, at: number): number | undefined {
  const value = from.f64[at >>> 3] as number
  return Number.isNaN(value) ? undefined : value
}

function roundUp(bytes: number): number {
  return (bytes + 7) & ~7
}
