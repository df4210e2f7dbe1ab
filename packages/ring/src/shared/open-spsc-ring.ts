import { type Arena, arenaOf, CAPACITY, lazyRing } from '@millrace/atomics'
import type { Value } from '../api.ts'
import type { Codec, PairCodec, WordCodec } from '../codec/api.ts'
import { fixed } from '../codec/bytes.ts'
import { checkCodec } from '../codec/check.ts'
import { layoutHash } from '../codec/layout-hash.ts'
import type { RingEnds, SpscBytesOptions, SpscConsumer, SpscProducer, SpscRingHandle, SpscRingOptions } from './api.ts'
import { Batches, scratchBytes } from './batches.ts'
import { checkInteger, checkMultipleOf8, checkNames } from './check.ts'
import { codecFor } from './codec-for.ts'
import { ringEnds } from './ends.ts'
import { ByteImages, byteStride, type Images, PairImages, RawImages, WordImages } from './images.ts'
import { attach, mark, Place, type Side, takeSide } from './place.ts'
import { LazyConsumer, PairConsumer, WordConsumer } from './spsc-consumer.ts'
import { LazyProducer, PairProducer, type SpscParts, WordProducer } from './spsc-producer.ts'

const KIND = 'millrace.spsc-ring'
/** The most bytes of a value without a codec. */
const MOST_BYTES = 2 ** 28

/** The two ends of a new ring between one producer and one consumer. */
export type SpscRing<T extends Value> = RingEnds<SpscProducer<T>, SpscConsumer<T>, SpscRingHandle<T>>

/**
 * Makes a ring between one producer and one consumer, for the whole of its life: the fastest there is, since neither side
 * ever exchanges a word with the other.
 *
 * **What is visible when.** A producer's values are shown to the consumer when `step` of them have come together, when one
 * finds too little room, on `flush()`, and when the producer is disposed. So a producer that stops pushing for a while calls `flush()`.
 * A consumer gives room back likewise: after `step` values, when it finds fewer than it asked for, and on `giveBack()`. What was not shown
 * dies with its producer; what was shown is delivered. A second producer or consumer is refused, also after the first has
 * left, which closes the ring: a dead thread has left.
 *
 * After L. Lamport's ring, publishing in batches as in MCRingBuffer (P. Lee et al.). A push or a pop of a word costs one call
 * into WebAssembly, about 10 ns; `pushFrom` and `popInto` less than 1 ns a word. Memory is that of `slotRing` or less.
 *
 * Values are made by a `codec`, or are records of `slotBytes` bytes each. Throws `TypeError` or `RangeError` for options
 * that make no ring.
 *
 * @example
 * import { u32 } from '@millrace/ring/codec'
 * import { attachSpscConsumer, spscRing } from '@millrace/ring/shared'
 *
 * const { producer, handle } = spscRing({ capacity: 1024, codec: u32 })
 * const consumer = attachSpscConsumer(handle) // mostly in another thread, which got the handle by postMessage or workerData
 *
 * producer.push(1) // => true
 * consumer.pop() // => undefined
 * producer.flush()
 * consumer.pop() // => 1
 *
 * producer.pushFrom(Uint32Array.of(2, 3, 4)) // => 3
 * producer[Symbol.dispose]()
 * consumer.popMany(10) // => [2, 3, 4]
 * consumer.closed // => true
 */
export function spscRing(options: SpscBytesOptions): SpscRing<Uint8Array>
export function spscRing<T extends Value>(options: SpscRingOptions<T>): SpscRing<T>
export function spscRing(options: SpscRingOptions<Value> | SpscBytesOptions): unknown {
  return openSpscRing(options, 0)
}

/** The same, with its first position, for tests of the wrap. */
export function openSpscRing<T extends Value>(
  options: SpscRingOptions<T> | SpscBytesOptions,
  start: number,
): SpscRing<T> {
  checkNames(options, ['capacity', 'codec', 'slotBytes', 'step', 'arena'])
  const { capacity, step } = options
  const arena = arenaOf(options)
  checkInteger('capacity', capacity, 1, 2 ** 26)
  if (step !== undefined) checkInteger('step', step, 1, capacity)
  const isRaw = 'slotBytes' in options
  if (isRaw && 'codec' in options) throw new TypeError('slotBytes: a ring with a codec has no slotBytes')
  if (isRaw) checkMultipleOf8('slotBytes', options.slotBytes, MOST_BYTES, [4])
  else checkCodec('codec', options.codec)
  const codec = (isRaw ? fixed(options.slotBytes) : options.codec) as Codec<T>
  const slotBytes = isRaw ? options.slotBytes : slotBytesOf(codec)
  const object = lazyRing(arena, { capacity, slotBytes, start, ...(step === undefined ? {} : { step }) })
  const marks = { hash: layoutHash(codec), bytes: isRaw ? slotBytes : 0 }
  const handle = { ...mark(arena, object, marks), kind: KIND, codec: codec.name } as const
  return ringEnds(
    arena,
    handle,
    () => producerOf(new Place(arena, handle, 'producer'), codec),
    () => consumerOf(new Place(arena, handle, 'consumer'), codec),
  )
}

/**
 * The producer of the ring that a handle leads to, in this thread. The built-in codecs are known by name; a codec of your
 * own is given again. Throws `TypeError` if the ring has or had its producer, if the codec is another one, or if no thread has the ring any more.
 */
export function attachSpscProducer<T extends Value>(handle: SpscRingHandle<T>, codec?: Codec<T>): SpscProducer<T> {
  return producerOf(...found(handle, codec, 'producer'))
}

/** The consumer of the ring that a handle leads to, in this thread. Throws as `attachSpscProducer`. */
export function attachSpscConsumer<T extends Value>(handle: SpscRingHandle<T>, codec?: Codec<T>): SpscConsumer<T> {
  return consumerOf(...found(handle, codec, 'consumer'))
}

function found<T extends Value>(handle: SpscRingHandle<T>, codec: Codec<T> | undefined, side: Side): [Place, Codec<T>] {
  const known = codecFor(handle, codec)
  return [attach(handle, KIND, side, { name: known.name, hash: layoutHash(known) }), known]
}

function producerOf<T extends Value>(place: Place, codec: Codec<T>): SpscProducer<T> {
  takeSide(place, 'producer')
  const parts = partsOf(place, codec)
  if (codec.words === 1) return new WordProducer(codec as WordCodec<T>, parts)
  if (codec.words === 2) return new PairProducer(codec as PairCodec<T>, parts)
  return new LazyProducer(parts)
}

function consumerOf<T extends Value>(place: Place, codec: Codec<T>): SpscConsumer<T> {
  takeSide(place, 'consumer')
  const parts = partsOf(place, codec)
  if (codec.words === 1) return new WordConsumer(codec as WordCodec<T>, parts)
  if (codec.words === 2) return new PairConsumer(codec as PairCodec<T>, parts)
  return new LazyConsumer(parts)
}

function partsOf<T extends Value>(place: Place, codec: Codec<T>): SpscParts<T> {
  const { arena } = place
  const isRaw = place.bytes > 0
  const capacity = place.word(CAPACITY)
  const scratch = place.scratch(scratchBytes(isRaw ? place.bytes : slotBytesOf(codec), capacity))
  const images = isRaw ? new RawImages(codec, arena.views()) : imagesOf(codec, arena)
  return { place, batches: new Batches(images, scratch, capacity), scratch }
}

function imagesOf<T extends Value>(codec: Codec<T>, arena: Arena): Images<T> {
  if (codec.words === 1) return new WordImages(codec as WordCodec<T>, arena.views(), 0)
  if (codec.words === 2) return new PairImages(codec as PairCodec<T>, arena.views(), 0)
  return new ByteImages(codec, arena.views())
}

function slotBytesOf(codec: Pick<Codec<unknown>, 'words' | 'maxBytes'>): number {
  return codec.words === undefined ? byteStride(codec) : 4 * codec.words
}
