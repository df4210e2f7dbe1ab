/**
 * The lane of a thread: the tasks lent to it, in shared memory. The pool lends, the thread runs them in order.
 *
 *     pool   lend ──▶ tail          take back (of what has not started)          hear
 *     thread            claim ──▶ run ──▶ publish ─────────────────────────────────▲
 *
 *     ┌──────┬───────────────┬─────────────┬───────────┐   lines of 128 bytes
 *     │ tail │ thread parked │ pool parked │ cancelled │   then the slots, one for each position, round and round
 *     └──────┴───────────────┴─────────────┴───────────┘
 *     ┌───────┬───────┬──────┬──────┬────┬────────┬───────────┐
 *     │ claim │ state │ form │ name │ id │ run µs │ payload … │   a slot
 *     └───────┴───────┴──────┴──────┴────┴────────┴───────────┘
 *
 * INVARIANT  while claim holds the ticket of its position, that task has not started. One exchange takes the ticket: the
 *            thread's, which then runs the task, or the pool's, which may then run it elsewhere. So no task starts twice.
 * INVARIANT  a slot is the pool's until the tail is published, then of whoever took the ticket, and the pool's again from the
 *            publish of its state on. Other words than claim and state are written by its owner alone.
 * INVARIANT  the thread publishes the answer of a position before it claims the next, so it dies with one started task at most.
 * INVARIANT  a side parks, then looks again; the other publishes, then unparks, and posts a message if it did. So nobody
 *            parks for ever beside something to do.
 */
import { claimWord, exchangeWord, loadWord, loneMemory, storeWord } from '@millrace/atomics'

const TAIL = 0
const THREAD_PARKED = 32
const POOL_PARKED = 64
const CANCELLED = 96
const FIRST_SLOT = 512
const SLOTS = 256
const SLOT_BYTES = 1_280

const CLAIM = 0
const STATE = 1
const FORM = 2
const NAME = 3
const ID = 2
const RUN_US = 6
const PAYLOAD = 32

/** How many tasks a lane holds. */
export const LANE_LENGTH: number = SLOTS

/** Where arguments or a result are. */
export const IN_MESSAGE = 1
/** In the payload of the slot. */
export const IN_SLOT = 2

/** No position of a lane: its ticket is none. */
const TAKEN = 0

/** The next position; positions go round at 2³². */
export function after(position: number): number {
  return (position + 1) | 0
}

/** One lane, as either side sees it. */
export class Lane {
  /** What travels to the thread. */
  readonly memory: ArrayBufferLike
  /** All bytes, for what is written into payloads. */
  readonly bytes: Uint8Array
  readonly #words: Int32Array
  readonly #doubles: Float64Array

  constructor(memory: ArrayBufferLike = loneMemory(FIRST_SLOT + SLOTS * SLOT_BYTES)) {
    this.memory = memory
    this.bytes = new Uint8Array(memory)
    this.#words = new Int32Array(memory)
    this.#doubles = new Float64Array(memory)
  }

  /** Where the payload of a position begins, in `bytes`. */
  payload(position: number): number {
    return slot(position) + PAYLOAD
  }

  /** Where it ends. */
  payloadEnd(position: number): number {
    return slot(position) + SLOT_BYTES
  }

  // Pool side.

  /** Fills in the slot of the next position; its payload is written. Not seen before `publish`. */
  lend(position: number, id: number, name: number, form: number): void {
    const at = slot(position) >> 2
    this.#words[at + FORM] = form
    this.#words[at + NAME] = name
    this.#doubles[(at >> 1) + ID] = id
    storeWord(this.#words, at + STATE, 0)
    storeWord(this.#words, at + CLAIM, ticket(position))
  }

  /** Lets the thread see what was lent up to here, before `tail`; whether it has to be woken by a message. */
  publish(tail: number): boolean {
    storeWord(this.#words, TAIL, tail)
    return loadWord(this.#words, THREAD_PARKED) === 1 && exchangeWord(this.#words, THREAD_PARKED, 0) === 1
  }

  /** Takes back what has not started: true if it never will. */
  takeBack(position: number): boolean {
    return claimWord(this.#words, (slot(position) >> 2) + CLAIM, ticket(position), TAKEN)
  }

  /** Whether the thread has started the task, or ever will before the pool takes it back. */
  hasStarted(position: number): boolean {
    return loadWord(this.#words, (slot(position) >> 2) + CLAIM) !== ticket(position)
  }

  /** Where the answer of a position is; 0 while there is none. */
  answer(position: number): number {
    return loadWord(this.#words, (slot(position) >> 2) + STATE)
  }

  /** How long the task ran, in microseconds; once there is an answer. */
  runUs(position: number): number {
    return this.#words[(slot(position) >> 2) + RUN_US] as number
  }

  /** The pool waits for a message from now on. */
  parkPool(): void {
    storeWord(this.#words, POOL_PARKED, 1)
  }

  /** Lets the task of a position find out that it is cancelled, though its thread hears no message meanwhile. */
  cancel(position: number): void {
    storeWord(this.#words, CANCELLED, ticket(position))
  }

  // Thread side.

  /** The position behind the last one lent. */
  tail(): number {
    return loadWord(this.#words, TAIL)
  }

  /** Takes the task of a position, to run it; false if the pool took it back. */
  claim(position: number): boolean {
    return claimWord(this.#words, (slot(position) >> 2) + CLAIM, ticket(position), TAKEN)
  }

  /** The task's number in the pool. */
  id(position: number): number {
    return this.#doubles[(slot(position) >> 3) + ID] as number
  }

  /** The number of the task's name. */
  name(position: number): number {
    return this.#words[(slot(position) >> 2) + NAME] as number
  }

  /** Where the arguments are. */
  form(position: number): number {
    return this.#words[(slot(position) >> 2) + FORM] as number
  }

  /** Whether the task of a position is cancelled. */
  isCancelled(position: number): boolean {
    return loadWord(this.#words, CANCELLED) === ticket(position)
  }

  /** Publishes an answer, whose payload is written or whose message is posted; observed by `answer`. */
  publishAnswer(position: number, form: number, runUs: number): void {
    const at = slot(position) >> 2
    this.#words[at + RUN_US] = runUs
    storeWord(this.#words, at + STATE, form)
  }

  /** Whether the pool has to be woken by a message, to hear what was published. */
  unparkPool(): boolean {
    return loadWord(this.#words, POOL_PARKED) === 1 && exchangeWord(this.#words, POOL_PARKED, 0) === 1
  }

  /** The thread waits for a message from now on, or no longer. */
  parkThread(isParked: boolean): void {
    storeWord(this.#words, THREAD_PARKED, isParked ? 1 : 0)
  }
}

function slot(position: number): number {
  return FIRST_SLOT + (position & (SLOTS - 1)) * SLOT_BYTES
}

/** Odd, so never `TAKEN`; comes again after 2³¹ positions, when the slot was used millions of times. */
function ticket(position: number): number {
  return (position << 1) | 1
}
