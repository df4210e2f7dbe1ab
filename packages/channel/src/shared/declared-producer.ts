import { type Arena, CAPACITY, type LazyRingOptions, lazyRing, words } from '@millrace/atomics'
import type { Value } from '@millrace/ring'
import type { Codec, WordCodec } from '@millrace/ring/codec'
import { LazySlots } from './lazy-slots.ts'
import type { Slots } from './slots.ts'

/** What a kind of channel that may declare its one producer lies in; kinds that may not are smaller without it. */
export interface DeclaredProducer {
  /** Makes the memory. Answers its address. */
  make(arena: Arena, options: LazyRingOptions): number
  /** The memory at an address, as values of a codec of numbers. */
  slots<T extends Value>(arena: Arena, object: number, codec: Codec<T>): Slots<T>
}

/** The kernel's lazy ring. */
export const declaredProducer: DeclaredProducer = {
  make: lazyRing,
  slots: (arena, object, codec) =>
    new LazySlots(arena, object, words.load(arena, object + CAPACITY), codec as WordCodec<never>),
}
