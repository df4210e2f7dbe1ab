import type { Arena } from '@millrace/atomics'
import type { Value } from '@millrace/ring'
import type { Codec, PairCodec, WordCodec } from '@millrace/ring/codec'
import { ByteSlots } from './byte-slots.ts'
import { PAYLOAD, scratchBytes } from './image-slots.ts'
import { PairSlots, WordSlots } from './number-slots.ts'
import { scratchOf } from './scratch.ts'
import type { Slots } from './slots.ts'

/** Bytes from slot to slot for values of a codec. Slots of 8 and 16 bytes are the kernel's for words. */
export function slotBytesOf({ words, maxBytes }: Pick<Codec<unknown>, 'words' | 'maxBytes'>): number {
  return words === undefined ? Math.max(24, PAYLOAD + Math.ceil(maxBytes / 8) * 8) : PAYLOAD * words
}

/** The slots of the queue at an address, as values of a codec. */
export function slotsOf<T extends Value>(arena: Arena, object: number, codec: Codec<T>): Slots<T> {
  const { words: count } = codec
  const slotBytes = slotBytesOf(codec)
  const scratch = scratchOf(arena, scratchBytes(slotBytes))
  const parts = [
    arena.credits(object),
    arena.kernel,
    object,
    slotBytes,
    arena.views(),
    scratch,
    arena.isMortal,
  ] as const
  if (count === 1) return new WordSlots(codec as WordCodec<T>, ...parts)
  if (count === 2) return new PairSlots(codec as PairCodec<T>, ...parts)
  return new ByteSlots(codec, ...parts)
}
