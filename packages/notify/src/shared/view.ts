import { type Arena, attachArena } from '@millrace/atomics'
import type { SharedHandle } from './api.ts'

/** What one thread knows of a shared object beyond its words: who waits there, and in which order. */
export interface Waiting {
  /** Ends the waits that began at this view. */
  abandon(view: object): void
}

/**
 * A thread's place in a shared object, one for all of its views, so that all who wait in a thread stand in one order.
 *
 * INVARIANT  attached while the thread has a view or a credit there. After that the memory may be another's.
 */
export class Attachment {
  readonly arena: Arena
  readonly object: number
  /** The address of the credits of this thread. */
  readonly credits: number
  readonly #left: () => void
  #views = 0
  #isGone = false

  constructor(arena: Arena, object: number, left: () => void) {
    this.arena = arena
    this.object = object
    this.credits = arena.credits(object)
    this.#left = left
  }

  /** One more view. */
  enter(): void {
    this.#views++
  }

  /** One view less. */
  exit(): void {
    this.#views--
    this.settle()
  }

  /** Leaves, if no view and no credit is left. Called whenever that may be so. */
  settle(): void {
    if (this.#views > 0 || this.#isGone) return
    if (this.arena.kernel.objectLeave(this.object, this.arena.participant) === 0) return
    this.#isGone = true
    this.#left()
  }
}

interface Open {
  readonly attachment: Attachment
  readonly waiting: Waiting
}

/** The shared objects that this thread is attached to. */
const open = new Map<string, Open>()

/** What users hold of a shared object: counts as one view from its making until it is disposed. */
export abstract class View<K extends string, W extends Waiting> implements Disposable {
  readonly handle: SharedHandle<K>
  readonly #noun: string
  #open: Open | undefined

  /** Throws `TypeError` if the handle is of another kind, or leads nowhere any more. */
  constructor(handle: SharedHandle<K>, kind: K, makeWaiting: (attachment: Attachment) => W) {
    this.#noun = kind.slice('millrace.'.length)
    if (handle?.kind !== kind) throw new TypeError(`handle: expected that of a ${this.#noun}, got ${String(handle)}`)
    const { memory, object, generation } = handle
    this.handle = { memory, object, generation, kind }
    this.#open = openOf(this.handle, this.#noun, makeWaiting)
    this.#open.attachment.enter()
  }

  /** Whoever waits in this thread. Throws `TypeError` if this view was disposed. */
  protected use(verb: string): W {
    if (this.#open === undefined) throw new TypeError(`${verb}: this ${this.#noun} was disposed`)
    return this.#open.waiting as W
  }

  [Symbol.dispose](): void {
    const was = this.#open
    this.#open = undefined
    was?.waiting.abandon(this)
    was?.attachment.exit()
  }
}

/** What a wait is rejected with whose view was disposed. */
export function disposed(noun: string): DOMException {
  return new DOMException(`the ${noun} was disposed while it waited`, 'AbortError')
}

function openOf(handle: SharedHandle<string>, noun: string, makeWaiting: (attachment: Attachment) => Waiting): Open {
  const arena = attachArena(handle.memory)
  const key = `${arena.identity}:${handle.object}:${handle.generation}`
  const known = open.get(key)
  if (known !== undefined) return known
  if (!arena.attach(handle)) throw new TypeError(`handle: the ${noun} is gone: no thread had it any more`)
  const attachment = new Attachment(arena, handle.object, () => open.delete(key))
  const made = { attachment, waiting: makeWaiting(attachment) }
  open.set(key, made)
  return made
}
