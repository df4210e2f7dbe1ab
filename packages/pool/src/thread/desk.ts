/**
 * Takes the tasks of one thread out of its lane, runs them one after the other and answers each.
 *
 *     message ──▶ hear ──▶ pump: claim ──▶ run ──▶ answer ──▶ claim … ──▶ park
 *
 * INVARIANT  one task runs at a time: `#isBusy` from the first claim until the lane is parked.
 * INVARIANT  whatever a task does short of killing the thread, it is answered, before the next is claimed.
 * INVARIANT  the pool is told of the last answer before this thread waits, and of one that took its time at once.
 */
import type { AsyncLocalStorage } from 'node:async_hooks'
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { Answers } from './answers.ts'
import { unpack } from './buffers.ts'
import type { TaskContext } from './context.ts'
import type { Exports } from './exports.ts'
import { ItemSource, noItems } from './item-source.ts'
import { after, IN_SLOT, type Lane } from './lane.ts'
import { post, type ToThread } from './messages.ts'
import { PlainReader } from './plain.ts'
import { RunningTask } from './running-task.ts'
import { unpackThrown } from './thrown.ts'

/** After so long the event loop has its turn: timers tick and messages are heard between tasks. */
const SLICE_MS = 2
/** The answers of short tasks wait so long for others, and then all are told at once. */
const TELL_AFTER_MS = 0.1
/** What runs longer is no short task. */
const SHORT_US = 50

/** What a desk works with. */
export interface DeskParts {
  readonly port: MessagePort
  readonly lane: Lane
  readonly exports: Exports
  readonly contexts: AsyncLocalStorage<TaskContext>
  readonly spinUs: number
  /** Called when the desk has nothing to do. */
  readonly onRest: () => void
}

interface Call {
  readonly args: readonly unknown[]
  /** How many items a stream may be ahead of its consumer; 0 if it is no stream. */
  readonly ahead: number
}

/** The desk of a thread. */
export class Desk {
  readonly #port: MessagePort
  readonly #lane: Lane
  readonly #exports: Exports
  readonly #contexts: AsyncLocalStorage<TaskContext>
  readonly #answers: Answers
  readonly #reader: PlainReader
  readonly #spinMs: number
  readonly #onRest: () => void
  readonly #names: string[] = []
  readonly #calls = new Map<number, Call>()
  /** The position of the next task. */
  #head = 0
  #isBusy = false
  #sliceEnd = 0
  #startedAt = 0
  /** When the first answer was given that the pool was not told of; 0 if there is none. */
  #untoldSince = 0
  #position = 0
  #current: RunningTask | undefined

  constructor({ port, lane, exports, contexts, spinUs, onRest }: DeskParts) {
    this.#port = port
    this.#lane = lane
    this.#exports = exports
    this.#contexts = contexts
    this.#answers = new Answers(port, lane)
    this.#reader = new PlainReader(lane.bytes)
    this.#spinMs = spinUs / 1_000
    this.#onRest = onRest
  }

  /** Begins to take tasks. */
  open(): void {
    this.#port.on('message', (message: ToThread) => {
      this.#hear(message)
      this.#sliceEnd = 0
      this.#pump()
    })
    // A call that cannot be read has no answer; the end of the thread answers it.
    this.#port.on('messageerror', (error) => {
      throw error
    })
    post(this.#port, ['ready', this.#exports.names])
    this.#pump()
  }

  #hear(message: ToThread): void {
    if (message === 0) return
    const [kind, at] = message
    if (kind === 'name') this.#names[at] = message[2]
    else if (kind === 'call') this.#keepCall(message)
    else if (kind === 'exit') process.exit()
    else if (at !== this.#position || this.#current === undefined) return
    else if (kind === 'cancel') this.#current.abort(unpackThrown(message[2]))
    else if (kind === 'took') this.#current.took(message[2])
    else this.#current.enough()
  }

  /** Keeps the arguments until their task is claimed; those of a task that was taken back meanwhile are nobody's. */
  #keepCall([, position, args, buffers, ahead]: Extract<ToThread, readonly ['call', ...unknown[]]>): void {
    if (((position - this.#head) | 0) < 0 && position !== this.#position) return
    this.#calls.set(position, { args: unpack(args, buffers), ahead })
  }

  /** Hears what was posted and not delivered yet. */
  #hearAll(): void {
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      this.#hear(next.message as ToThread)
    }
  }

  readonly #pump = (): void => {
    if (this.#isBusy) return
    this.#isBusy = true
    this.#lane.parkThread(false)
    this.#startedAt = performance.now()
    if (this.#sliceEnd === 0) this.#sliceEnd = this.#startedAt + SLICE_MS
    for (;;) {
      if (this.#head === this.#lane.tail()) {
        if (this.#rest()) return
        continue
      }
      const position = this.#head
      this.#head = after(position)
      if (!this.#lane.claim(position)) {
        this.#calls.delete(position)
        continue
      }
      if (!this.#run(position)) return
      if (this.#startedAt > this.#sliceEnd) {
        this.#yield()
        return
      }
    }
  }

  /** Waits for the next task, in the lane or as a message; true if it will be a message. */
  #rest(): boolean {
    this.#tell()
    if (this.#spinMs > 0 && this.#spin()) return false
    this.#lane.parkThread(true)
    if (this.#head === this.#lane.tail()) {
      this.#isBusy = false
      this.#onRest()
      return true
    }
    this.#lane.parkThread(false)
    this.#startedAt = performance.now()
    return false
  }

  #spin(): boolean {
    const end = performance.now() + this.#spinMs
    do {
      if (this.#head !== this.#lane.tail()) {
        this.#startedAt = performance.now()
        return true
      }
    } while (performance.now() < end)
    return false
  }

  #yield(): void {
    this.#tell()
    setImmediate(() => {
      this.#isBusy = false
      this.#sliceEnd = 0
      this.#pump()
    })
  }

  /** Runs the task of a position; false if it goes on, and pumps when it has ended. */
  #run(position: number): boolean {
    this.#position = position
    const task = new RunningTask(this.#lane.id(position), this.#name(position), this.#look)
    this.#current = task
    try {
      const { args, ahead } = this.#call(position)
      const result: unknown = this.#contexts.run(task, this.#exports.find(task.name), ...args)
      if (typeof result === 'object' && result !== null && this.#goesOn(position, result, ahead)) return false
      if (ahead > 0) throw noItems(task.name)
      this.#answers.give(position, result, this.#runUs())
    } catch (error) {
      this.#answers.giveThrown(position, error, this.#runUs())
    }
    this.#ended()
    return true
  }

  #name(position: number): string {
    const number = this.#lane.name(position)
    if (this.#names[number] === undefined) this.#hearAll()
    return this.#names[number] as string
  }

  #call(position: number): Call {
    if (this.#lane.form(position) === IN_SLOT) {
      return { args: this.#reader.read(this.#lane.payload(position)) as unknown[], ahead: 0 }
    }
    if (!this.#calls.has(position)) this.#hearAll()
    const call = this.#calls.get(position)
    if (call === undefined) throw new Error(`the arguments of position ${position} never came`)
    this.#calls.delete(position)
    return call
  }

  /** Whether the result is a promise, or items that were asked for: then the answer comes later. */
  #goesOn(position: number, result: object, ahead: number): boolean {
    const then: unknown = Reflect.get(result, 'then')
    if (typeof then === 'function') {
      const promise =
        result instanceof Promise ? result : new Promise((resolve, reject) => then.call(result, resolve, reject))
      this.#await(position, promise, ahead)
      return true
    }
    const items = ahead > 0 ? ItemSource.of(result) : undefined
    if (items === undefined) return false
    const source = new ItemSource(items, ahead, (item) => this.#answers.giveItem(position, item))
    const task = this.#current as RunningTask
    task.feed(source)
    // In the context of the task: what calls next() gives the body of a generator its context.
    const isWell = this.#contexts.run(task, () => source.run())
    this.#await(
      position,
      isWell.then((well) => (well ? undefined : refused)),
      0,
    )
    return true
  }

  #await(position: number, promise: Promise<unknown>, ahead: number): void {
    this.#tell()
    promise.then(
      (result) => this.#settled(position, result, ahead),
      (error) => {
        this.#answers.giveThrown(position, error, this.#runUs())
        this.#goOn()
      },
    )
  }

  #settled(position: number, result: unknown, ahead: number): void {
    try {
      if (ahead > 0) {
        if (typeof result === 'object' && result !== null && this.#goesOn(position, result, ahead)) return
        throw noItems(this.#current?.name)
      }
      if (result === refused) this.#answers.giveRefused(position, this.#runUs())
      else this.#answers.give(position, result, this.#runUs())
    } catch (error) {
      this.#answers.giveThrown(position, error, this.#runUs())
    }
    this.#goOn()
  }

  #goOn(): void {
    this.#ended()
    this.#isBusy = false
    this.#pump()
  }

  /** The task is answered: a cancel that comes now is too late, and must not abort what it left behind. */
  #ended(): void {
    this.#current?.end()
    this.#current = undefined
    if (this.#untoldSince === 0) this.#untoldSince = this.#startedAt
    if (this.#startedAt - this.#untoldSince > TELL_AFTER_MS) this.#tell()
  }

  /** How long the task ran that ends now. The next one begins now. */
  #runUs(): number {
    const now = performance.now()
    const runUs = Math.min((now - this.#startedAt) * 1_000, 2 ** 31 - 1) | 0
    this.#startedAt = now
    // Told with its answer: the next one may take as long.
    if (runUs > SHORT_US) this.#untoldSince = 1
    return runUs
  }

  #tell(): void {
    this.#untoldSince = 0
    this.#answers.tell()
  }

  /** Hears the cancel of a task that lets no message in. */
  readonly #look = (task: RunningTask): void => {
    if (task === this.#current && this.#lane.isCancelled(this.#position)) this.#hearAll()
  }
}

/** Stands for an answer that was given. */
const refused: unique symbol = Symbol('refused')
