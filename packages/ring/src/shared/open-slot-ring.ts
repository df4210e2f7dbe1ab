import { arenaOf, CAPACITY, slotQueue } from '@millrace/atomics'
import type { Value } from '../api.ts'
import type { Codec, PairCodec, WordCodec } from '../codec/api.ts'
import { checkCodec } from '../codec/check.ts'
import { layoutHash } from '../codec/layout-hash.ts'
import type { SlotRing, SlotRingHandle, SlotRingOptions } from './api.ts'
import { Batches, scratchBytes } from './batches.ts'
import { checkInteger, checkNames } from './check.ts'
import { codecFor } from './codec-for.ts'
import { ByteImages, byteStride, type Images, PairImages, WordImages } from './images.ts'
import { attach, mark, Place } from './place.ts'
import { PairSlotRing, SharedSlotRing, WordSlotRing } from './slot-ring.ts'

const KIND = 'millrace.slot-ring'

/**
 * Makes a ring of `capacity` values in shared memory that any threads push to and pop from.
 *
 * The queue is after D. Vyukov's bounded MPMC queue, in WebAssembly: a thread that is terminated in the middle of any call
 * loses the value it was pushing or popping, and wedges nobody. Throws `TypeError` or `RangeError` for options that make no
 * ring, and `RangeError` if its memory does not fit into the arena.
 *
 * A push or a pop of a word costs one call into WebAssembly, about 20 ns; one of bytes also its codec and a copy. Memory: a
 * slot of the codec's `maxBytes` and 8 for each value, and up to 8 KiB, or one slot, in each thread. It is freed when the last
 * thread disposes its view, or ends.
 *
 * @example
 * import { u32 } from '@millrace/ring/codec'
 * import { attachSlotRing, slotRing } from '@millrace/ring/shared'
 *
 * const ring = slotRing({ capacity: 1024, codec: u32 })
 * ring.pushMany([1, 2, 3]) // => 3
 *
 * const same = attachSlotRing(ring.handle) // mostly in another thread, which got the handle by postMessage or workerData
 * same.pop() // => 1
 * ring.popInto(new Uint32Array(8)) // => 2
 *
 * same[Symbol.dispose]()
 * ring[Symbol.dispose]() // or declare both with `using`
 */
export function slotRing<T extends Value>(options: SlotRingOptions<T>): SlotRing<T> {
  return openSlotRing(options, 0)
}

/** The same, with its first position, for tests of the wrap. */
export function openSlotRing<T extends Value>(options: SlotRingOptions<T>, start: number): SlotRing<T> {
  checkNames(options, ['capacity', 'codec', 'arena'])
  const { capacity, codec } = options
  const arena = arenaOf(options)
  checkInteger('capacity', capacity, 1, 2 ** 26)
  checkCodec('codec', codec)
  const object = slotQueue(arena, { capacity, slotBytes: slotBytesOf(codec), start })
  const handle = { ...mark(arena, object, { hash: layoutHash(codec) }), kind: KIND, codec: codec.name } as const
  return view(new Place(arena, handle, 'producer'), handle, codec)
}

/**
 * A view of a slot ring in this thread, mostly of one that another thread made. The built-in codecs are known by name; a
 * codec of your own, or `structured`, is given again. Throws `TypeError` if the codec is another one, or if no thread has the ring any more.
 *
 * Costs some microseconds: once for each thread. Dispose the view when the thread needs it no more.
 *
 * @example
 * import { string } from '@millrace/ring/codec'
 * import { attachSlotRing, slotRing } from '@millrace/ring/shared'
 *
 * const { handle } = slotRing({ capacity: 8, codec: string(20) })
 * const ring = attachSlotRing(handle)
 * ring.push('tea') // => true
 * ring.pop() // => 'tea'
 */
export function attachSlotRing<T extends Value>(handle: SlotRingHandle<T>, codec?: Codec<T>): SlotRing<T> {
  const known = codecFor(handle, codec)
  return view(attach(handle, KIND, 'producer', { name: known.name, hash: layoutHash(known) }), handle, known)
}

function view<T extends Value>(place: Place, handle: SlotRingHandle<T>, codec: Codec<T>): SlotRing<T> {
  const { arena } = place
  const capacity = place.word(CAPACITY)
  const scratch = place.scratch(scratchBytes(slotBytesOf(codec), capacity))
  const batches = new Batches(imagesOf(codec, arena.views()), scratch, capacity)
  const parts = { place, handle, batches, scratch }
  if (codec.words === 1) return new WordSlotRing(codec as WordCodec<T>, parts)
  if (codec.words === 2) return new PairSlotRing(codec as PairCodec<T>, parts)
  return new SharedSlotRing(parts)
}

function imagesOf<T extends Value>(codec: Codec<T>, bytes: ReturnType<Place['arena']['views']>): Images<T> {
  if (codec.words === 1) return new WordImages(codec as WordCodec<T>, bytes, 4)
  if (codec.words === 2) return new PairImages(codec as PairCodec<T>, bytes, 8)
  return new ByteImages(codec, bytes)
}

function slotBytesOf(codec: Pick<Codec<unknown>, 'words' | 'maxBytes'>): number {
  return codec.words === undefined ? byteStride(codec) : 8 * codec.words
}
