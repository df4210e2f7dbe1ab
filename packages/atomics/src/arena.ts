import type { ArenaMemory, ArenaOptions, Kernel, ObjectHandle, Views } from './api.ts'
import { listenForDeaths, watchLocks } from './deaths.ts'
import { bindKernel, defaultExecution } from './execution.ts'
import {
  ARENA_IDENTITY,
  ARENA_MAGIC,
  ARENA_MOST_BYTES,
  ARENA_PARTICIPANTS,
  ARENA_TOP,
  ARENA_VERSION,
  ATTACHMENT_SHIFT,
  ATTACHMENTS,
  GENERATION,
  LIFE,
  LIFE_GENERATION,
  MAGIC,
  NEXT_SCRATCH,
  PARENT,
  PARTICIPANTS,
  SCRATCH,
  THREAD,
  VERSION,
} from './kernel/layout.ts'
import { bufferOf, growMemory, makeMemory, sizeClass, viewsOf } from './memory.ts'
import { parentNumber, threadNumber } from './thread.ts'
import { assembly } from './web-assembly.ts'
import { words } from './words.ts'

const MOST_BYTES = 2 ** 31 - 65_536
const SCRATCH_BYTES = 16_384

/** The arenas this thread takes part in, by identity: the same memory may arrive as more than one object. */
const known = new Map<string, Arena>()
let shared: Arena | undefined

/**
 * One shared memory as this thread sees it: its kernel, its views, and this thread's place among the participants.
 *
 * The memory grows and never shrinks; what is freed is used again by blocks of its size. Views that were read after an
 * address was handed out cover that address for ever; older ones may end before it.
 */
export class Arena {
  /** What travels to other threads. */
  readonly memory: ArenaMemory
  /** The operations on this memory. */
  readonly kernel: Kernel
  /** This thread's index among the participants. */
  readonly participant: number
  /** Whether a thread may die between a claim and its publish, which its repair ends: in the JavaScript execution. */
  readonly isMortal: boolean
  /** Names the memory, the same in all threads. */
  readonly identity: string
  /** How many participants there may be. */
  readonly participants: number
  /** Where the data of an object begins, from its address. */
  readonly headerBytes: number
  #views: Views
  #scratch = 0
  #scratchBytes = 0
  #record = 0
  readonly #onDeath = new Set<(participant: number) => void>()

  constructor(memory: ArenaMemory) {
    this.memory = memory
    this.isMortal = memory instanceof SharedArrayBuffer
    this.#views = viewsOf(bufferOf(memory))
    const { i32 } = this.#views
    this.participants = i32[ARENA_PARTICIPANTS >> 2] as number
    this.identity = identityOf(this.#views)
    this.headerBytes = (ATTACHMENTS + (this.participants << ATTACHMENT_SHIFT) + 127) & ~127
    this.kernel = bindKernel(memory, () => this.#record)
    this.participant = this.kernel.participantJoin(threadNumber(), parentNumber())
    if (this.participant < 0) {
      throw new RangeError(`participants: ${this.participants} threads take part already; make the arena with more`)
    }
    this.#record = PARTICIPANTS + this.participant * 128
  }

  /** Views that cover everything up to the byte `end`, or at least what this thread was handed out so far. */
  views(end = 0): Views {
    if (end > this.#views.u8.length) this.#views = viewsOf(bufferOf(this.memory))
    return this.#views
  }

  /**
   * Takes memory: a block of at least `bytes`, on a line of 128 bytes, its first 16 bytes the arena's, the rest whatever
   * its last owner left. Throws `RangeError` if the arena may not grow so far.
   */
  allocate(bytes: number): number {
    if (!Number.isSafeInteger(bytes) || bytes < 0)
      throw new RangeError(`bytes: must be an integer from 0, got ${bytes}`)
    const most = this.views().i32[ARENA_MOST_BYTES >> 2] as number
    const refuse = () => {
      throw new RangeError(`bytes: ${bytes} more do not fit into the arena, whose maxBytes is ${most}`)
    }
    // Before the kernel, whose sizes are words: one of 2³¹ would be below 0 there.
    if (bytes > most) refuse()
    const size = sizeClass(bytes + 16)
    if (size.bytes > most) refuse()
    for (;;) {
      const limit = bufferOf(this.memory).byteLength
      const block = this.kernel.blockAllocate(size.index, size.bytes, limit)
      if (block !== 0) {
        this.views(block + size.bytes)
        return block
      }
      if (!growMemory(this.memory, Math.max(size.bytes, limit >> 3)) && !growMemory(this.memory, size.bytes)) refuse()
    }
  }

  /** Gives a block of `allocate` back. */
  free(block: number): void {
    this.kernel.blockRelease(block)
  }

  /** The address of this thread's own bytes, at least as many, on a line; what lay there before may have moved away. Freed when the thread is gone. */
  scratch(bytes = 0): number {
    if (this.#scratch === 0 || bytes > this.#scratchBytes) {
      const size = Math.max(bytes, SCRATCH_BYTES)
      const block = this.allocate(size + 112)
      const first = this.#record + SCRATCH
      words.store(this, block + NEXT_SCRATCH, words.load(this, first))
      words.store(this, first, block)
      if (this.#scratch !== 0) this.#dropScratch(this.#scratch - 128)
      this.#scratch = block + 128
      this.#scratchBytes = size
    }
    return this.#scratch
  }

  /** Frees a scratch block that this object made: another copy of this package in the thread goes on using its own. */
  #dropScratch(block: number): void {
    let at = this.#record + SCRATCH
    for (let next = words.load(this, at); next !== block; next = words.load(this, at)) {
      // A thread that was declared dead has none any more.
      if (next === 0) return
      at = next + NEXT_SCRATCH
    }
    words.store(this, at, words.load(this, block + NEXT_SCRATCH))
    this.free(block)
  }

  /** What another thread needs to attach to an object. */
  handle(object: number): ObjectHandle {
    return {
      memory: this.memory,
      object,
      generation: Atomics.load(this.views(object + 128).i32, (object + GENERATION) >> 2),
    }
  }

  /** The address of the credits that this thread's calls on an object count at. */
  credits(object: number): number {
    return object + ATTACHMENTS + (this.participant << ATTACHMENT_SHIFT) + 8
  }

  /** Attaches this thread to an object of a handle and counts endpoints. False if the object is gone, or none could ever be there. */
  attach({ object, generation }: ObjectHandle, senders = 0, receivers = 0): boolean {
    const end = object + this.headerBytes
    // Objects lie on lines, behind the participants; NaN is no multiple of anything.
    if (object % 128 !== 0 || object < PARTICIPANTS + this.participants * 128) return false
    if (end > this.views(end).u8.length) return false
    return this.kernel.objectAttach(object, generation, this.participant, senders, receivers) === 1
  }

  /** Counts endpoints of this thread down, and leaves the object if that was all it had there. */
  detach(object: number, senders = 0, receivers = 0): void {
    this.kernel.objectDetach(object, this.participant, senders, receivers)
    this.kernel.objectLeave(object, this.participant)
  }

  /**
   * Repairs what a participant left that will not run again, and tells those who asked with `onDeath`. True if this
   * call did the repair; false if that participant does not live, or another thread repairs it. Node and browsers find out by themselves; this is for other hosts.
   */
  declareDead(participant: number): boolean {
    if (!Number.isInteger(participant) || participant < 0 || participant >= this.participants) {
      throw new RangeError(`participant: must be an integer from 0 to ${this.participants - 1}, got ${participant}`)
    }
    if (participant === this.participant) throw new RangeError(`participant: ${participant} is the calling thread`)
    const at = (PARTICIPANTS + participant * 128 + LIFE_GENERATION) >> 2
    return this.lifeEnded(participant, Atomics.load(this.views().i32, at))
  }

  /** The same for one life of a participant. */
  lifeEnded(participant: number, generation: number): boolean {
    if (this.kernel.participantRepair(participant, generation, this.participant) === 0) return false
    for (const tell of this.#onDeath) tell(participant)
    return true
  }

  /** Calls back after this thread repaired a participant. Returns a function that ends it. */
  onDeath(tell: (participant: number) => void): () => void {
    this.#onDeath.add(tell)
    return () => this.#onDeath.delete(tell)
  }

  /** Declares the participant of a thread dead, and those of all threads that ended with it, since it had started them. */
  threadDied(thread: number): void {
    const { i32 } = this.views()
    for (let participant = 0; participant < this.participants; participant++) {
      const at = (PARTICIPANTS + participant * 128) >> 2
      // First, so that what is read of another life repairs nothing.
      const generation = Atomics.load(i32, at + (LIFE_GENERATION >> 2))
      if (Atomics.load(i32, at + (LIFE >> 2)) !== 1) continue
      const own = Atomics.load(i32, at + (THREAD >> 2))
      const isChild = Atomics.load(i32, at + (PARENT >> 2)) === thread
      // One without a number ended while it joined.
      if (own === thread || (isChild && own === 0)) this.lifeEnded(participant, generation)
      else if (isChild) this.threadDied(own)
    }
  }
}

/**
 * Makes an arena. Throws `RangeError` for options out of range.
 *
 * @example
 * const own = arena({ maxBytes: 2 ** 20 })
 * const block = own.allocate(1000)
 * block % 128 // => 0
 * own.free(block)
 */
export function arena(options: ArenaOptions = {}): Arena {
  const { maxBytes = 2 ** 30, participants = 128, execution = defaultExecution() } = options
  if (!Number.isInteger(participants) || participants < 1 || participants > 1024) {
    throw new RangeError(`participants: must be an integer from 1 to 1024, got ${participants}`)
  }
  const header = PARTICIPANTS + participants * 128
  const fewest = Math.ceil((header + SCRATCH_BYTES) / 65_536) * 65_536
  if (!Number.isInteger(maxBytes) || maxBytes < fewest || maxBytes > MOST_BYTES) {
    throw new RangeError(`maxBytes: must be an integer from ${fewest} to ${MOST_BYTES}, got ${maxBytes}`)
  }
  if (execution !== 'wasm' && execution !== 'javascript') {
    throw new TypeError(`execution: must be 'wasm' or 'javascript', got ${String(execution)}`)
  }
  const memory = makeMemory(execution, fewest, maxBytes)
  const i32 = new Int32Array(bufferOf(memory))
  i32[ARENA_VERSION >> 2] = VERSION
  i32[ARENA_IDENTITY >> 2] = Math.random() * 2 ** 32
  i32[(ARENA_IDENTITY + 4) >> 2] = Math.random() * 2 ** 32
  i32[ARENA_PARTICIPANTS >> 2] = participants
  i32[ARENA_MOST_BYTES >> 2] = maxBytes
  i32[ARENA_TOP >> 2] = header
  i32[ARENA_MAGIC >> 2] = MAGIC
  return attachArena(memory)
}

/** The arena of a memory in this thread: one, however often the memory arrives. Throws `TypeError` if it is no arena of this version. */
export function attachArena(memory: ArenaMemory): Arena {
  const isMemory = memory instanceof SharedArrayBuffer || (assembly !== undefined && memory instanceof assembly.Memory)
  const views = isMemory ? viewsOf(bufferOf(memory)) : undefined
  if (views === undefined || views.i32[ARENA_MAGIC >> 2] !== MAGIC) {
    throw new TypeError(`memory: must be the memory of an arena, got ${isMemory ? 'another memory' : String(memory)}`)
  }
  const version = views.i32[ARENA_VERSION >> 2]
  if (version !== VERSION) throw new TypeError(`memory: is an arena of layout ${version}, this is layout ${VERSION}`)
  const identity = identityOf(views)
  let found = known.get(identity)
  if (found === undefined) {
    found = new Arena(memory)
    known.set(identity, found)
    listenForDeaths(known)
    watchLocks(found)
  }
  return found
}

/** The arena that shared objects of this thread lie in unless another is named; made at the first call. */
export function defaultArena(): Arena {
  shared ??= arena()
  return shared
}

/** The arena that options name, or that of this thread. Throws `TypeError` if they name none. */
export function arenaOf({ arena }: { readonly arena?: Arena | undefined }): Arena {
  if (arena === undefined) return defaultArena()
  // By what it can do: there may be two copies of the class.
  if (typeof arena?.allocate === 'function') return arena
  throw new TypeError(`arena: expected an arena, got ${String(arena)}`)
}

function identityOf({ i32 }: Views): string {
  const part = (at: number) => ((i32[at >> 2] as number) >>> 0).toString(36)
  return `${part(ARENA_IDENTITY)}.${part(ARENA_IDENTITY + 4)}`
}
