import type { Arena, ObjectHandle } from '@millrace/atomics'
import type { Ring, Value } from '../api.ts'
import type { Codec } from '../codec/api.ts'

/** A typed array that numbers are moved from or to. */
export type NumberArray = Int32Array | Uint32Array | Float64Array

/** Where a shared ring is, for other threads to attach: plain data that `postMessage` and `workerData` copy. */
export interface RingHandle<K extends string> extends ObjectHandle {
  /** What it is a handle of. */
  readonly kind: K
}

/** The handle of a ring whose values a codec makes. */
export interface CodedHandle<K extends string, T extends Value> extends RingHandle<K> {
  /** The name of the codec, and so of what lies in the memory. */
  readonly codec: string
  /** Only for the type checker: what the ring carries. */
  readonly carries?: (value: T) => T
}

/** The handle of a slot ring. */
export type SlotRingHandle<T extends Value> = CodedHandle<'millrace.slot-ring', T>
/** The handle of a ring between one producer and one consumer. */
export type SpscRingHandle<T extends Value> = CodedHandle<'millrace.spsc-ring', T>
/** The handle of a record ring. */
export type RecordRingHandle = RingHandle<'millrace.record-ring'>
/** The handle of a slab ring. */
export type SlabRingHandle = RingHandle<'millrace.slab-ring'>

/** Where a new ring lies. */
export interface PlaceOptions {
  /** By default the arena of this thread. */
  readonly arena?: Arena | undefined
}

/** What a slot ring is made with. */
export interface SlotRingOptions<T extends Value> extends PlaceOptions {
  /** The most values it holds: an integer from 1 to 2 ** 26. All of their memory is taken at once. */
  readonly capacity: number
  /** How values become words or bytes. */
  readonly codec: Codec<T>
}

/**
 * A ring in shared memory: any thread pushes, any thread pops. It never waits and never locks.
 *
 * Values of several threads are popped in the order in which their pushes claimed a place. What another thread is in the
 * middle of pushing is not there yet, and room that it is in the middle of making is not free yet: that takes well under a
 * microsecond, unless the thread was put to sleep. Costs: see `slotRing`.
 */
export interface SlotRing<T extends Value> extends Ring<T>, Disposable {
  /** For other threads to attach by. It can travel any number of times. */
  readonly handle: SlotRingHandle<T>
  /**
   * Adds a value at the tail; `false` if the ring is full. Throws `EncodeError` for a value that its codec refuses, and
   * `TypeError` for `undefined` and once this view was disposed: nothing was added then.
   */
  push(value: T): boolean
  /** Takes the value at the head; `undefined` if the ring is empty. If a custom codec cannot decode it, its error comes out and the value is gone. */
  pop(): T | undefined
  /**
   * Adds values in order, those at indexes `from` to below `to` or all of them, until the ring is full; answers how many
   * it took. Throws as `push` for one among those there is room for, before any is added. Values of other threads may come in between.
   */
  pushMany(values: readonly T[], from?: number, to?: number): number
  /** Takes at most `max` values, oldest first; `[]` if the ring is empty. Throws `RangeError` unless `max` is an integer from 0. */
  popMany(max: number): T[]
  /**
   * Pops numbers into the elements of a typed array from its beginning, as many as are there and fit, without an object
   * for any of them; answers how many. For `u32`, `i32` and `f64`; throws `TypeError` if the array is not of the codec's kind or `Float64Array`.
   */
  popInto(array: NumberArray): number
}

/** What a ring between one producer and one consumer is made with. */
export interface SpscRingOptions<T extends Value> extends PlaceOptions {
  /** The most values it holds: an integer from 1 to 2 ** 26. All of their memory is taken at once. */
  readonly capacity: number
  /** How values become words or bytes. */
  readonly codec: Codec<T>
  /** How many values a side moves before the other is shown: an integer from 1, which shows each, to `capacity`. Default a quarter of the capacity, 64 at most. */
  readonly step?: number | undefined
}

/** The same for records of one length, without a codec. */
export interface SpscBytesOptions extends PlaceOptions, Pick<SpscRingOptions<Uint8Array>, 'capacity' | 'step'> {
  /** Bytes of every value: 4 or a multiple of 8. */
  readonly slotBytes: number
}

/**
 * The one end that pushes. What it pushed can be seen once `step` values are there, when one finds too little room, on
 * `flush()` and on dispose. What was not shown dies with its thread.
 */
export interface SpscProducer<T extends Value> extends Disposable {
  /** The most values in the ring: exact. */
  readonly capacity: number
  /** Values pushed, shown or not, that the consumer has not given back. */
  readonly length: number
  /** Whether the consumer has left; then nothing is accepted any more. */
  readonly closed: boolean
  /** Adds a value; `false` if there is no room or the consumer has left. Throws `EncodeError` or `TypeError` as `SlotRing.push`. */
  push(value: T): boolean
  /** Adds values in order, as `SlotRing.pushMany`. */
  pushMany(values: readonly T[], from?: number, to?: number): number
  /**
   * Adds the values that lie in a typed array, those from the value `from` to below the value `to` or all of them; answers how
   * many it took. `Uint32Array` for `u32`, `Int32Array` for `i32`, `Float64Array` for `f64`, `Uint8Array` for `slotBytes`;
   * throws `TypeError` for another, and for a codec that has no array.
   */
  pushFrom(array: NumberArray | Uint8Array, from?: number, to?: number): number
  /** Shows the consumer all that was pushed. Call it before you stop pushing for a while. Costs nothing if all is shown. */
  flush(): void
}

/**
 * The one end that pops. The room of what it popped is free to the producer once `step` values were popped, when nothing
 * more is there, and on `giveBack()`.
 */
export interface SpscConsumer<T extends Value> extends Disposable {
  /** The most values in the ring: exact. */
  readonly capacity: number
  /** Values that are shown and not popped. */
  readonly length: number
  /** Whether the producer has left or died. What it showed can still be popped: the end is a `pop` that finds nothing after this was true. */
  readonly closed: boolean
  /** Takes the oldest value; `undefined` if none is shown. */
  pop(): T | undefined
  /** Takes at most `max` values, oldest first; `[]` if none is shown. Throws `RangeError` unless `max` is an integer from 0. */
  popMany(max: number): T[]
  /** Pops values into a typed array from its beginning, as many as are shown and fit; answers how many values. Arrays as `SpscProducer.pushFrom`; `Float64Array` for `u32` and `i32` too. */
  popInto(array: NumberArray | Uint8Array): number
  /** Gives the producer all room back. */
  giveBack(): void
}

/** A new ring of two ends, as the thread sees it that made it. Disposing it lets go of the ring in this thread, with the ends that were read here. */
export interface RingEnds<P extends Disposable, C extends Disposable, H> extends Disposable {
  /** Made and counted when it is first read: a thread that never reads it is no producer. */
  readonly producer: P
  /** Made and counted when it is first read. */
  readonly consumer: C
  /** For other threads to attach by. It counts nothing by itself: keep an end, or this object, until the other thread has attached. */
  readonly handle: H
}

/** What a record ring is made with. */
export interface RecordRingOptions extends PlaceOptions {
  /** Its room, rounded up to 64 times a power of two; a record takes whole blocks of 64 bytes, and a row of them. From 128 to 2 ** 30. */
  readonly bytes: number
  /** The most bytes of a record: an integer from 1 to half of the room. */
  readonly maxRecord: number
}

/** One of any number of ends that push records. The last that is disposed, or dies, closes the ring. */
export interface RecordProducer extends Disposable {
  /** The room of the ring, in bytes. */
  readonly capacityBytes: number
  /** Bytes in use, in whole blocks. */
  readonly lengthBytes: number
  /** The most bytes of a record. */
  readonly maxRecord: number
  /** Whether the consumer has left; then nothing is accepted any more. */
  readonly closed: boolean
  /** Adds a record, also an empty one; `false` if there is no room for it, or the consumer has left. Throws `EncodeError` for more than `maxRecord` bytes and for what is no `Uint8Array`. */
  push(bytes: Uint8Array): boolean
}

/** The one end that takes records. */
export interface RecordConsumer extends Disposable {
  /** The room of the ring, in bytes. */
  readonly capacityBytes: number
  /** Bytes in use, in whole blocks. */
  readonly lengthBytes: number
  /** The most bytes of a record. */
  readonly maxRecord: number
  /** Whether all producers have left or died. What they pushed can still be read: the end is a read that finds nothing after this was true. */
  readonly closed: boolean
  /**
   * Lends the oldest record to `use`, in place: `false` if nothing is there. The bytes are another's when `use` returns: keep
   * no view of them. What `use` throws comes out, and the record is gone then. Throws `TypeError` within another `use`.
   */
  read(use: (bytes: Uint8Array) => void): boolean
  /** The same for at most `max` records, one by one; answers how many. Throws `RangeError` unless `max` is an integer from 0. */
  readMany(max: number, use: (bytes: Uint8Array) => void): number
  /** Copies the oldest record to the beginning of an array and answers its length, 0 for an empty one, −1 if nothing is there. Throws `RangeError` if it is longer than the array; it stays then. */
  popInto(array: Uint8Array): number
}

/** What a slab ring is made with. */
export interface SlabRingOptions extends PlaceOptions {
  /** The most blocks that are published and not taken: an integer from 1 to 2 ** 20. */
  readonly capacity: number
  /** Bytes of a block: a multiple of 8; a multiple of 128 keeps blocks off each other's cache lines. */
  readonly blockBytes: number
  /** All blocks: `capacity`, and as many more as are being filled and read at the same time. Default twice the capacity and 2. */
  readonly blocks?: number | undefined
}

/**
 * Blocks that one thread fills and another reads, in place: any thread on either side. Nothing stands still while a block is
 * being filled or read, and the blocks of a thread that dies come back.
 */
export interface SlabRing extends Disposable {
  /** For other threads to attach by. It can travel any number of times. */
  readonly handle: SlabRingHandle
  /** The most blocks that are published and not taken. */
  readonly capacity: number
  /** Blocks that are published and not taken. */
  readonly length: number
  /** Bytes of a block. */
  readonly blockBytes: number
  /** A free block to fill, whose bytes are whatever lay there; `undefined` if none is free. */
  claim(): Block | undefined
  /** The oldest published block; `undefined` if none is. Its bytes are those that were published. */
  take(): Block | undefined
}

/** A block of a slab that this thread has: claimed to be filled, or taken to be read. It is given back by dispose, unless it was published. */
export interface Block extends Disposable {
  /** Its bytes in shared memory, from an address that is a multiple of 8. Throws `TypeError` once it was published or disposed; do not use the array after that. */
  readonly bytes: Uint8Array
  /**
   * Hands the first `length` bytes, or all of `bytes`, to who takes next; a block that was taken can be published again. `false` if
   * `capacity` blocks are published already: it is still this thread's then. Throws `RangeError` unless `length` is an integer from 0 to `blockBytes`.
   */
  publish(length?: number): boolean
}
