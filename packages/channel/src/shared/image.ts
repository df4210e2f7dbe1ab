import type { Value } from '@millrace/ring'
import type { Bytes, Codec, PairCodec, WordCodec } from '@millrace/ring/codec'

/**
 * A value as its slot will hold it, in the scratch block:
 *
 *     one word     stamp │ value
 *     two words    stamp │   ·    │ low │ high
 *     bytes        stamp │ length │ payload …
 *
 * The stamp is the kernel's. Addresses are multiples of 8.
 */
export interface Image<T> {
  /** Bytes from slot to slot. */
  readonly slotBytes: number
  write(value: T, at: number): void
  read(at: number): T
  /** The bytes of the value, in place. */
  bytes(at: number): Uint8Array
}

const LENGTH = 4
const PAYLOAD = 8

/** Bytes from slot to slot for values of a codec: 8 and 16 are those of one and two words. */
export function slotBytesOf({ words, maxBytes }: Pick<Codec<unknown>, 'words' | 'maxBytes'>): number {
  return words === undefined ? Math.max(24, PAYLOAD + Math.ceil(maxBytes / 8) * 8) : PAYLOAD * words
}

/** How values of a codec lie in the memory that `bytes` are the views of. */
export function imageOf<T extends Value>(codec: Codec<T>, bytes: Bytes): Image<T> {
  if (codec.words === 1) return wordImage(codec as WordCodec<T>, bytes)
  if (codec.words === 2) return pairImage(codec as PairCodec<T>, bytes)
  return bytesImage(codec, bytes)
}

function wordImage<T>(codec: WordCodec<T>, { i32, u8 }: Bytes): Image<T> {
  return {
    slotBytes: slotBytesOf(codec),
    write(value, at) {
      i32[(at + LENGTH) >>> 2] = codec.toWord(value)
    },
    read: (at) => codec.fromWord(i32[(at + LENGTH) >>> 2] as number),
    bytes: (at) => u8.subarray(at + LENGTH, at + PAYLOAD),
  }
}

function pairImage<T>(codec: PairCodec<T>, { i32, u8 }: Bytes): Image<T> {
  return {
    slotBytes: slotBytesOf(codec),
    write(value, at) {
      const [low, high] = codec.toPair(value) as unknown as [number, number]
      const word = (at + PAYLOAD) >>> 2
      i32[word] = low
      i32[word + 1] = high
    },
    read(at) {
      const word = (at + PAYLOAD) >>> 2
      return codec.fromPair(i32[word] as number, i32[word + 1] as number)
    },
    bytes: (at) => u8.subarray(at + PAYLOAD, at + PAYLOAD + 8),
  }
}

function bytesImage<T>(codec: Codec<T>, bytes: Bytes): Image<T> {
  const { i32, u8 } = bytes
  return {
    slotBytes: slotBytesOf(codec),
    write(value, at) {
      i32[(at + LENGTH) >>> 2] = codec.encode(value, bytes, at + PAYLOAD)
    },
    read: (at) => codec.decode(bytes, at + PAYLOAD, i32[(at + LENGTH) >>> 2] as number),
    bytes: (at) => u8.subarray(at + PAYLOAD, at + PAYLOAD + (i32[(at + LENGTH) >>> 2] as number)),
  }
}
