import { sharedMemory } from '@millrace/interleave'
import type { Kernel } from '../src/api.ts'
import { bindKernel, provideKernel } from '../src/execution.ts'
import { kernel as factory } from '../src/generated/javascript.ts'
import { kernel as javascript } from '../src/javascript.ts'
import {
  CAPACITY,
  FREE_QUEUE,
  KIND,
  KIND_FREE,
  KIND_LAZY,
  KIND_RECORDS,
  KIND_SLAB,
  KIND_SLOTS,
  LAZY_STEP,
  MASK,
  SLAB_BLOCKS,
  SLOT_BYTES,
  SLOTS,
  TABLE,
} from '../src/kernel/layout.ts'
import { makeMemory, viewsOf } from '../src/memory.ts'
import { modelBindings } from './model.ts'

/** Where a rig puts the object under test; behind it there is room for slots, and before it for images. */
export const OBJECT: number = 16_384
/** Slots, blocks. */
export const DATA: number = OBJECT + 4096
/** Stamps, owners. */
export const SIDE: number = DATA + 16_384
/** A slab's free queue. */
const FREE: number = SIDE + 8192
/** Scratch of the caller. */
export const IMAGES: number = 32
/** Credits of the caller, in the attachment of participant 0. */
export const CREDITS: number = OBJECT + 768 + 8
/** The record of participant 0. */
export const RECORD: number = 1024

/** The kernel over a bare memory in one of its executions. */
export interface Rig {
  readonly kernel: Kernel
  read(address: number): number
  write(address: number, value: number): void
}

/** All three executions. */
export const EXECUTIONS: readonly ('wasm' | 'javascript' | 'model')[] = ['wasm', 'javascript', 'model']

/** A kernel of this execution over fresh memory. */
export function rig(execution: 'wasm' | 'javascript' | 'model'): Rig {
  if (execution === 'model') {
    const memory = sharedMemory({ bytes: 65_536 })
    return {
      kernel: factory(modelBindings(memory)),
      read: (address) => memory.load(address),
      write: (address, value) => memory.store(address, value),
    }
  }
  provideKernel(javascript)
  const memory = makeMemory(execution, 65_536, 65_536)
  const { i32 } = viewsOf((memory instanceof SharedArrayBuffer ? memory : memory.buffer) as SharedArrayBuffer)
  return {
    kernel: bindKernel(memory, () => RECORD),
    read: (address) => i32[address >> 2] as number,
    write: (address, value) => {
      i32[address >> 2] = value
    },
  }
}

/** What `placeObject` makes. */
export interface Shape {
  readonly capacity: number
  readonly slotBytes: number
  readonly start?: number
}

/** A slot queue at `OBJECT`. */
export function placeSlots({ kernel, write }: Rig, { capacity, slotBytes, start = 0 }: Shape): void {
  place(write, OBJECT, KIND_SLOTS, capacity, slots(capacity), slotBytes, DATA)
  kernel.slotInit(OBJECT, start | 0)
}

/** A lazy ring at `OBJECT`. */
export function placeLazy({ kernel, write }: Rig, { capacity, slotBytes, start = 0 }: Shape, step: number): void {
  place(write, OBJECT, KIND_LAZY, capacity, slots(capacity), slotBytes, DATA)
  write(OBJECT + LAZY_STEP, step)
  kernel.lazyInit(OBJECT, start | 0)
}

/** A record ring at `OBJECT`, for records of up to `most` bytes. */
export function placeRecords({ kernel, write }: Rig, blocks: number, most: number, start = 0): void {
  place(write, OBJECT, KIND_RECORDS, blocks, blocks, 2 * Math.max(1, Math.ceil(most / 64)) - 1, DATA)
  write(OBJECT + TABLE, SIDE)
  kernel.recordInit(OBJECT, start | 0)
}

/** A slab at `OBJECT`. */
export function placeSlab({ kernel, write }: Rig, capacity: number, blocks: number, start = 0): void {
  place(write, OBJECT, KIND_SLAB, capacity, slots(capacity), 8, DATA)
  place(write, FREE, KIND_FREE, blocks, slots(blocks), 8, FREE + 768)
  for (const at of [OBJECT, FREE]) {
    write(at + TABLE, SIDE)
    write(at + SLAB_BLOCKS, blocks)
  }
  write(OBJECT + FREE_QUEUE, FREE)
  write(FREE + FREE_QUEUE, OBJECT)
  kernel.slotInit(OBJECT, start | 0)
  kernel.slotInit(FREE, start | 0)
  kernel.slabInit(OBJECT)
}

function place(
  write: Rig['write'],
  at: number,
  kind: number,
  capacity: number,
  count: number,
  slotBytes: number,
  data: number,
): void {
  write(at + KIND, kind)
  write(at + CAPACITY, capacity)
  write(at + MASK, count - 1)
  write(at + SLOT_BYTES, slotBytes)
  write(at + SLOTS, data)
}

function slots(capacity: number): number {
  return Math.max(4, 2 ** Math.ceil(Math.log2(capacity)))
}
