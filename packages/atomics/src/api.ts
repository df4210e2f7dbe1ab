import type { WasmMemory } from './web-assembly.ts'

/** One 32-bit word of the shared memory, as a number from −2³¹ to 2³¹ − 1. */
type Word = number
/** A byte address in the arena's memory; a multiple of 8, and of 128 where an object begins. 0 is no address. */
type Address = number
/** A count of things moved (1 or more), or one of `NONE`, `ENDED`, `BUSY`. */
type Answer = number

/**
 * The operations on shared words. One source, three executions: WebAssembly, JavaScript, and whatever bindings a test injects.
 *
 * No function waits, allocates in the heap or calls back. None checks its arguments: a wrong address corrupts the arena, so the
 * layers above check. A thread that is terminated inside one leaves nothing half done that stops the others; in the JavaScript
 * execution that needs the repair which follows its death.
 *
 * An *image* is a slot as it lies in a queue, at an address of the caller's own (mostly its scratch block): 8 bytes with the
 * value in word 1; or 16 and more with the length of the payload in word 1 and the payload from byte 8 on. Word 0 is the kernel's.
 */
export interface Kernel {
  /** Raises the parked flag of a line (`PARKED_RECEIVERS`, `PARKED_SENDERS` of an object) and answers the epoch to wait on. Look once more before you wait. */
  parkBegin(line: Address): Word
  /** Wakes all who are parked at a line, if the flag is up. Costs one load if it is not. */
  wake(line: Address): void
  /** Wakes all at a line, whatever the flag says. */
  wakeAll(line: Address): void

  /** Pushes a value of one word (slots of 8 bytes) or two (of 16) and wakes parked receivers. 1, `NONE` full, `ENDED` closed, `BUSY`. */
  slotPush(queue: Address, low: Word, high: Word): Answer
  /** Pops the oldest value as an image and wakes parked senders. 1, `NONE` empty, `ENDED` closed and drained, `BUSY`. */
  slotPop(queue: Address, out: Address): Answer
  /** Pushes up to `n` images that lie one behind the other. With the address of one's credits instead of 0 it uses up one a value. */
  slotPushMany(queue: Address, images: Address, n: number, credits: Address): Answer
  /** Pops up to `n` images. For slots up to 128 bytes: it copies each twice. */
  slotPopMany(queue: Address, out: Address, n: number): Answer
  /** How many values are queued, at one moment of the call. Also of other kinds: tail − head. */
  slotLength(queue: Address): number
  /** Makes a new object's slots empty, positions from `start` on. */
  slotInit(queue: Address, start: Word): void

  /** Holds room for `n` values (blocks, in a record ring), counted at `credits` too. 1, `NONE`, `ENDED` closed. */
  reserve(object: Address, n: number, credits: Address): Answer
  /** Gives the room of `n` credits back and wakes whoever that helps. */
  release(object: Address, n: number, credits: Address): void

  /** Pushes up to `n` slots to a lazy ring; the one producer. */
  lazyPush(ring: Address, from: Address, n: number): Answer
  /** Pushes a value of one word (slots of 4 bytes) or two (of 8) to a lazy ring. */
  lazyPushWords(ring: Address, low: Word, high: Word): Answer
  /** Shows the consumer of a lazy ring all that was pushed. */
  lazyFlush(ring: Address): void
  /** Pops up to `n` slots of a lazy ring, payload only; the one consumer. */
  lazyPop(ring: Address, out: Address, n: number): Answer
  /** Gives the producer of a lazy ring all room back. */
  lazyGiveBack(ring: Address): void
  /** Makes a new lazy ring empty. */
  lazyInit(ring: Address, start: Word): void

  /** Pushes a record of `length` bytes. With the address of credits it uses up the room of one reserved record. */
  recordPush(ring: Address, from: Address, length: number, credits: Address): Answer
  /** Finds the oldest record, in place: its address at `out`, its length behind. The one consumer. */
  recordPeek(ring: Address, out: Address): Answer
  /** Frees the record that recordPeek found. */
  recordDrop(ring: Address): void
  /** Makes a new record ring empty. */
  recordInit(ring: Address, start: Word): void

  /** Takes a free block to fill: its number + 1, `NONE` or `BUSY`. */
  slabClaim(slab: Address, participant: number): Answer
  /** Takes the oldest published block: its number + 1, `NONE`, `ENDED` or `BUSY`. */
  slabTake(slab: Address, participant: number): Answer
  /** Publishes a claimed block with the length of its content. */
  slabPublish(slab: Address, number: number, length: number, credits: Address): Answer
  /** Gives a block back that was claimed or taken. */
  slabFree(slab: Address, number: number): void
  /** Makes all blocks of a new slab free. */
  slabInit(slab: Address): void

  /** Takes a block of a size class, with one reference; 0 if the memory up to `limit` is used up. */
  blockAllocate(sizeClass: number, bytes: number, limit: number): Address
  /** One more reference, if the block still lives this generation: 1 or 0. */
  blockRetain(block: Address, generation: Word): number
  /** One reference less; the last frees the block. */
  blockRelease(block: Address): void

  /** Attaches a participant and counts its endpoints: 1, or 0 if the object is gone. The counts may be 0. */
  objectAttach(object: Address, generation: Word, participant: number, senders: number, receivers: number): number
  /** Counts one more sender (side 1) or receiver (side 2) of a participant that is attached: 1, or 0 and no change if there are `most` already. */
  objectAttachOne(object: Address, participant: number, side: 1 | 2, most: number): number
  /** Puts an object one holds a reference to into one's list. */
  objectLink(object: Address, participant: number): void
  /** Counts endpoints down; the last of a side closes it. */
  objectDetach(object: Address, participant: number, senders: number, receivers: number): void
  /** Leaves an object where one has no endpoint and no credit: 1 if so. The last to leave frees it. */
  objectLeave(object: Address, participant: number): number
  /** Closes by `CLOSED_BY_SENDERS` or `CLOSED_BY_RECEIVERS`, and wakes everybody. */
  objectClose(object: Address, flag: Word): void

  /** Counts a listener of a notify, at the caller's credits too: 1, 2 if there is a wake for it at once, `NONE` too many, `ENDED` if those before were all woken: ask again. */
  notifyListen(object: Address, credits: Address): Answer
  /** Takes a wake for a listener of the caller and holds it: 1, 2 if it is for the last one, `NONE`, `ENDED` if all of them were woken. */
  notifyTake(object: Address, credits: Address): Answer
  /** A wake that was held is used. */
  notifyUse(credits: Address): void
  /** Takes `n` listeners of the caller back: 1, or `ENDED` if all of them were woken. */
  notifyLeave(object: Address, credits: Address, n: number): Answer
  /** Leaves a wake for one listener; with nobody there it is stored. 0 if one is stored already. */
  notifyOne(object: Address): number
  /** As `notifyOne`, for the listener of a thread that came last. */
  notifyLast(object: Address): void
  /** Wakes all who listen. */
  notifyAll(object: Address): void

  /** Registers a thread, with the one that started it (0 if none is known): its index, or −1 if all are taken. */
  participantJoin(thread: Word, parent: Word): number
  /** Repairs what a dead participant left: 1 if this call did. */
  participantRepair(participant: number, generation: Word, repairer: number): number
}

/** What the JavaScript text of the kernel runs over: AssemblyScript's builtins, and claims. */
export interface Bindings {
  /** A plain read of a word. */
  load(ptr: Address, offset?: number): Word
  /** A plain write of a word. */
  store(ptr: Address, value: Word, offset?: number): void
  /** Atomic steps; those that change a word answer what it was. */
  readonly atomic: {
    load(ptr: Address, offset?: number): Word
    store(ptr: Address, value: Word, offset?: number): void
    add(ptr: Address, value: Word, offset?: number): Word
    sub(ptr: Address, value: Word, offset?: number): Word
    or(ptr: Address, value: Word, offset?: number): Word
    xchg(ptr: Address, value: Word, offset?: number): Word
    cmpxchg(ptr: Address, expected: Word, value: Word, offset?: number): Word
    notify(ptr: Address, count: number): number
  }
  /** A copy of bytes inside the memory, as if through a buffer. */
  readonly memory: { copy(to: Address, from: Address, bytes: number): void }
  /** One 64-bit compare-and-exchange of two adjacent words. */
  readonly pair: { cmpxchg(ptr: Address, low: Word, high: Word, newLow: Word, newHigh: Word): boolean }
  /** Steps on shared words that are noted in words of this thread at once. */
  readonly claim: {
    tail(object: Address, tail: Word, state: Word, newTail: Word, newState: Word, credits: Address): boolean
    head(object: Address, head: Word, newHead: Word): boolean
    one(ptr: Address, old: Word, own: Address): boolean
    add(ptr: Address, delta: number, own: Address): Word
  }
}

/** Views of the arena's memory from its byte 0. */
export interface Views {
  /** Words; index = address >> 2. */
  readonly i32: Int32Array
  /** Bytes; index = address. */
  readonly u8: Uint8Array
  /** Doubles; index = address >> 3. */
  readonly f64: Float64Array
  /** For reads and writes at any address. */
  readonly view: DataView
}

/** What an arena lives in, and what of it travels by `postMessage`. The kind decides the execution: WebAssembly or JavaScript. */
export type ArenaMemory = WasmMemory | SharedArrayBuffer

/** Where an object is, for another thread to attach. Plain data: it travels by `postMessage` and `workerData`. */
export interface ObjectHandle {
  /** The arena's memory. */
  readonly memory: ArenaMemory
  /** Where the object begins. */
  readonly object: number
  /** Which life of that block is meant. */
  readonly generation: number
}

/** How to make an arena. */
export interface ArenaOptions {
  /** The most bytes its memory may grow to; address space is reserved for all, memory is used as it is allocated. Default 1 GiB, at most 2 GiB − 64 KiB. */
  readonly maxBytes?: number
  /** How many threads may take part at the same time, 1 to 1024. Each costs 32 bytes in every object. Default 128. */
  readonly participants?: number
  /** `javascript` for an arena without WebAssembly; needs `provideKernel`. Default: `wasm` where there is WebAssembly. */
  readonly execution?: 'wasm' | 'javascript'
}
