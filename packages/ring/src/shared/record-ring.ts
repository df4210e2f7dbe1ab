import { arenaOf, recordRing as makeRecordRing } from '@millrace/atomics'
import { bytes as bytesCodec } from '../codec/bytes.ts'
import type { RecordConsumer, RecordProducer, RecordRingHandle, RecordRingOptions, RingEnds } from './api.ts'
import { checkInteger, checkNames } from './check.ts'
import { ringEnds } from './ends.ts'
import { attach, mark, Place, takeSide } from './place.ts'
import { ByteConsumer } from './record-consumer.ts'
import { ByteProducer } from './record-producer.ts'

const KIND = 'millrace.record-ring'

/** The ends of a new record ring; more producers attach by the handle. */
export type RecordRing = RingEnds<RecordProducer, RecordConsumer, RecordRingHandle>

/**
 * Makes a ring of records of any length, from any threads to one consumer, which reads them where they lie.
 *
 * Records come out in the order in which their pushes claimed a place. A thread that is terminated in the middle of a push
 * loses that record and wedges nobody. The last producer that leaves, and the consumer when it leaves, close the ring: a
 * dead thread has left. Keep your own producer until the other threads have attached theirs.
 *
 * Claims as in Agrona's ManyToOneRingBuffer (M. Thompson), with stamps beside the blocks. A push costs two copies and one call
 * into WebAssembly; a read one call and a view of the record. A record takes whole blocks of 64 bytes, an empty one too, and
 * one that does not fit before the end of the room begins anew and leaves the rest unused for that lap. Memory: `bytes` and an
 * eighth more, and `maxRecord` bytes in each producing thread.
 *
 * Throws `TypeError` or `RangeError` for options that make no ring.
 *
 * @example
 * import { attachRecordProducer, recordRing } from '@millrace/ring/shared'
 *
 * const { consumer, handle } = recordRing({ bytes: 65_536, maxRecord: 1500 })
 * const producer = attachRecordProducer(handle) // mostly in another thread, which got the handle by postMessage or workerData
 * producer.push(Uint8Array.of(1, 2, 3)) // => true
 * producer.push(new Uint8Array(1501)) // => throws EncodeError: expected at most 1500 bytes, got 1501
 *
 * let sum = 0
 * consumer.read((bytes) => {
 *   for (const byte of bytes) sum += byte
 * }) // => true
 * sum // => 6
 */
export function recordRing(options: RecordRingOptions): RecordRing {
  return openRecordRing(options, 0)
}

/** The same, with its first position, for tests of the wrap. */
export function openRecordRing(options: RecordRingOptions, start: number): RecordRing {
  checkNames(options, ['bytes', 'maxRecord', 'arena'])
  const { bytes, maxRecord } = options
  const arena = arenaOf(options)
  checkInteger('bytes', bytes, 128, 2 ** 30)
  const blocks = 2 ** Math.ceil(Math.log2(bytes / 64))
  checkInteger('maxRecord', maxRecord, 1, blocks * 32)
  const object = makeRecordRing(arena, { blocks, maxBytes: maxRecord, start })
  const handle = { ...mark(arena, object, { bytes: maxRecord }), kind: KIND } as const
  return ringEnds(
    arena,
    handle,
    () => producerOf(new Place(arena, handle, 'producer')),
    () => consumerOf(new Place(arena, handle, 'consumer')),
  )
}

/** A producer of the ring that a handle leads to, counted by itself. Throws `TypeError` if no thread has the ring any more. */
export function attachRecordProducer(handle: RecordRingHandle): RecordProducer {
  return producerOf(attach(handle, KIND, 'producer'))
}

/** The consumer of the ring that a handle leads to, in this thread. Throws `TypeError` if the ring has or had its consumer, or if no thread has it any more. */
export function attachRecordConsumer(handle: RecordRingHandle): RecordConsumer {
  return consumerOf(attach(handle, KIND, 'consumer'))
}

function producerOf(place: Place): RecordProducer {
  return new ByteProducer(place, bytesCodec(place.bytes))
}

function consumerOf(place: Place): RecordConsumer {
  takeSide(place, 'consumer')
  return new ByteConsumer(place)
}
