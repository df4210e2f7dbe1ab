import type { Arena } from './arena.ts'
import {
  CAPACITY,
  FREE_QUEUE,
  HEAD,
  KIND,
  KIND_BARE,
  KIND_FREE,
  KIND_LAZY,
  KIND_NOTIFY,
  KIND_RECORDS,
  KIND_SLAB,
  KIND_SLOTS,
  LAZY_STEP,
  MASK,
  SLAB_BLOCKS,
  SLOT_BYTES,
  SLOTS,
  TABLE,
} from './kernel/layout.ts'

/** A slot queue. */
export interface SlotQueueOptions {
  /** The most values it holds, from 1. */
  readonly capacity: number
  /** 8: values of one word. 16: of two words, or up to 8 bytes. More, a multiple of 8: payloads up to 8 bytes less. */
  readonly slotBytes: number
  /** Bytes of the caller's own, zero, at `ownBytes`. Default none. */
  readonly dataBytes?: number
  /** First position; for tests of the wrap. */
  readonly start?: number
}

/** Makes a slot queue and attaches this thread. Answers its address. */
export function slotQueue(arena: Arena, options: SlotQueueOptions): number {
  const { capacity, slotBytes, dataBytes = 0, start = 0 } = options
  inRange('capacity', capacity, 1, 2 ** 26)
  multipleOf8('slotBytes', slotBytes)
  inRange('dataBytes', dataBytes, 0, 2 ** 31 - 1)
  const slots = slotsFor(capacity)
  const object = makeObject(arena, KIND_SLOTS, capacity, slots * slotBytes + dataBytes)
  clear(arena, object, slots * slotBytes, dataBytes)
  configure(arena, object, slots, slotBytes)
  arena.kernel.slotInit(object, start)
  return object
}

/** Where the `dataBytes` of a slot queue begin. */
export function ownBytes(arena: Arena, object: number): number {
  const { i32 } = arena.views(object + 128)
  const word = (offset: number) => i32[(object + offset) >> 2] as number
  return word(SLOTS) + (word(MASK) + 1) * word(SLOT_BYTES)
}

/** A ring of one producer and one consumer that publish lazily. */
export interface LazyRingOptions {
  /** The most values it holds, from 1. */
  readonly capacity: number
  /** Payload bytes of a value, a multiple of 4. */
  readonly slotBytes: number
  /** How many values a side keeps before it publishes; 1 publishes each. Default a quarter of the capacity, 64 at most. */
  readonly step?: number
  /** Bytes of the caller's own, zero, at `ownBytes`. Default none. */
  readonly dataBytes?: number
  /** First position; for tests of the wrap. */
  readonly start?: number
}

/** Makes a lazy ring and attaches this thread. Answers its address. */
export function lazyRing(arena: Arena, options: LazyRingOptions): number {
  const { capacity, slotBytes, dataBytes = 0, start = 0 } = options
  inRange('capacity', capacity, 1, 2 ** 26)
  inRange('dataBytes', dataBytes, 0, 2 ** 31 - 1)
  const { step = Math.max(1, Math.min(64, capacity >> 2)) } = options
  inRange('step', step, 1, capacity)
  if (slotBytes !== 4) multipleOf8('slotBytes', slotBytes)
  const slots = slotsFor(capacity)
  const object = makeObject(arena, KIND_LAZY, capacity, slots * slotBytes + dataBytes)
  configure(arena, object, slots, slotBytes)
  clear(arena, object, slots * slotBytes, dataBytes)
  arena.views().i32[(object + LAZY_STEP) >> 2] = step
  arena.kernel.lazyInit(object, start)
  return object
}

/** A record ring. */
export interface RecordRingOptions {
  /** Blocks of 64 bytes, a power of two. A record takes as many as it fills, and at the end of the ring those it cannot use. */
  readonly blocks: number
  /** The most bytes of a record; at most half of the blocks, so that a record fits wherever the ring stands. */
  readonly maxBytes: number
  /** First position; for tests of the wrap. */
  readonly start?: number
}

/** Makes a record ring and attaches this thread. A reserved record takes `recordCredit` blocks. Answers its address. */
export function recordRing(arena: Arena, { blocks, maxBytes, start = 0 }: RecordRingOptions): number {
  inRange('blocks', blocks, 2, 2 ** 24)
  if ((blocks & (blocks - 1)) !== 0) throw new RangeError(`blocks: must be a power of two, got ${blocks}`)
  inRange('maxBytes', maxBytes, 0, blocks * 32)
  const object = makeObject(arena, KIND_RECORDS, blocks, blocks * 72)
  configure(arena, object, blocks, recordCredit(maxBytes))
  const { i32 } = arena.views()
  i32[(object + TABLE) >> 2] = object + arena.headerBytes + blocks * 64
  arena.kernel.recordInit(object, start)
  return object
}

/** How many blocks a record of up to `maxBytes` may need, with those it skips at the end of the ring. */
export function recordCredit(maxBytes: number): number {
  return 2 * Math.max(1, Math.ceil(maxBytes / 64)) - 1
}

/** A slab. */
export interface SlabOptions {
  /** The most blocks that are published and not taken, from 1. */
  readonly capacity: number
  /** All blocks, from `capacity` on: as many more as are being filled and read at the same time. */
  readonly blocks: number
  /** Bytes of a block, a multiple of 8; a multiple of 64 keeps blocks off each other's cache lines. */
  readonly blockBytes: number
}

/** Makes a slab and attaches this thread. Block n begins at `slabBlocks(arena, slab) + n × blockBytes`. Answers the address of the slab. */
export function slab(arena: Arena, { capacity, blocks, blockBytes }: SlabOptions): number {
  inRange('capacity', capacity, 1, 2 ** 24)
  inRange('blocks', blocks, capacity, 2 ** 24)
  multipleOf8('blockBytes', blockBytes)
  const ready = slotsFor(capacity)
  const free = slotsFor(blocks)
  const lines = (bytes: number) => (bytes + 127) & ~127
  // Behind the header: slots of the ready queue, the free queue with its slots, the table of owners, the blocks.
  const freeAt = lines(ready * 8)
  const tableAt = freeAt + 768 + lines(free * 8)
  const blocksAt = tableAt + lines(blocks * 8)
  const object = makeObject(arena, KIND_SLAB, capacity, blocksAt + blocks * blockBytes)
  const data = object + arena.headerBytes
  const { i32, u8 } = arena.views()
  configure(arena, object, ready, 8)
  i32[(object + TABLE) >> 2] = data + tableAt
  i32[(object + FREE_QUEUE) >> 2] = data + freeAt
  i32[(object + SLAB_BLOCKS) >> 2] = blocks
  const queue = data + freeAt
  u8.fill(0, queue, data + blocksAt)
  i32[(queue + KIND) >> 2] = KIND_FREE
  i32[(queue + CAPACITY) >> 2] = blocks
  i32[(queue + MASK) >> 2] = free - 1
  i32[(queue + SLOT_BYTES) >> 2] = 8
  i32[(queue + SLOTS) >> 2] = queue + 768
  i32[(queue + TABLE) >> 2] = data + tableAt
  i32[(queue + FREE_QUEUE) >> 2] = object
  arena.kernel.slotInit(object, 0)
  arena.kernel.slotInit(queue, 0)
  arena.kernel.slabInit(object)
  return object
}

/** Where the blocks of a slab begin. */
export function slabBlocks(arena: Arena, object: number): number {
  const { i32 } = arena.views(object + 128)
  const table = i32[(object + TABLE) >> 2] as number
  return table + (((i32[(object + SLAB_BLOCKS) >> 2] as number) * 8 + 127) & ~127)
}

/** Makes an object without slots: counted permits by `reserve` and `release`, parking, endpoints, closing; and `dataBytes` of its own behind the header, zero. */
export function bareObject(
  arena: Arena,
  options: { readonly capacity?: number; readonly dataBytes?: number } = {},
): number {
  const { capacity = 1, dataBytes = 0 } = options
  inRange('capacity', capacity, 1, 2 ** 28 - 1)
  inRange('dataBytes', dataBytes, 0, 2 ** 31 - 1)
  const object = makeObject(arena, KIND_BARE, capacity, dataBytes)
  arena.views().u8.fill(0, object + arena.headerBytes, object + arena.headerBytes + dataBytes)
  Atomics.store(arena.views().i32, (object + HEAD) >> 2, 0)
  return object
}

/** Makes an object that counts wakes and listeners, without either. Both park at `PARKED_RECEIVERS`. */
export function notifyObject(arena: Arena): number {
  return makeObject(arena, KIND_NOTIFY, 1, 0)
}

function makeObject(arena: Arena, kind: number, capacity: number, dataBytes: number): number {
  const object = arena.allocate(arena.headerBytes + dataBytes - 16)
  const { i32, u8 } = arena.views()
  u8.fill(0, object + 16, object + arena.headerBytes)
  i32[(object + KIND) >> 2] = kind
  i32[(object + CAPACITY) >> 2] = capacity
  arena.kernel.objectLink(object, arena.participant)
  return object
}

/** Wipes the caller's own bytes, which lie behind the slots. */
function clear(arena: Arena, object: number, slotsBytes: number, dataBytes: number): void {
  const own = object + arena.headerBytes + slotsBytes
  arena.views().u8.fill(0, own, own + dataBytes)
}

function configure(arena: Arena, object: number, slots: number, slotBytes: number): void {
  const { i32 } = arena.views()
  i32[(object + MASK) >> 2] = slots - 1
  i32[(object + SLOT_BYTES) >> 2] = slotBytes
  i32[(object + SLOTS) >> 2] = object + arena.headerBytes
}

/** Four at least, so that a stamp tells waiting, full, aborted and the next lap apart. */
function slotsFor(capacity: number): number {
  return Math.max(4, 2 ** Math.ceil(Math.log2(capacity)))
}

function inRange(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name}: must be an integer from ${least} to ${most}, got ${String(value)}`)
  }
}

function multipleOf8(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 8 || value % 8 !== 0) {
    throw new RangeError(`${name}: must be a multiple of 8, got ${String(value)}`)
  }
}
