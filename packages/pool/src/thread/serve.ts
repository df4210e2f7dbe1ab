/**
 * The inside of a thread: loads the module of the tasks, then answers each `run` with one message.
 *
 * INVARIANT  the pool sends a `run` only after the answer to the one before, so one task runs at a time.
 * INVARIANT  whatever a task does short of killing the thread, it is answered.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { MessagePort } from 'node:worker_threads'
import { pack, unpack } from './buffers.ts'
import { type Moved, moved, type TaskContext, taskContexts } from './context.ts'
import { post, type ThreadData, type ToThread } from './messages.ts'
import { packThrown, type Thrown, textOf, unpackThrown } from './thrown.ts'

/** Loads the module and serves its functions until told to exit. */
export async function serve({ port, module }: ThreadData): Promise<void> {
  const contexts = new AsyncLocalStorage<TaskContext>()
  Reflect.set(globalThis, taskContexts, contexts)
  try {
    const exports = await load(module)
    new Desk(port, module, exports, contexts).open()
  } catch (error) {
    post(port, ['unloadable', thrownOrText(error)])
    process.exit(1)
  }
}

// With nothing left to do while the module loads, Node would end the thread without a word.
async function load(module: string): Promise<Record<string, unknown>> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stuck = (): void => reject(new Error('a top-level await in it never settles'))
  process.once('beforeExit', stuck)
  try {
    return await Promise.race([import(module), promise])
  } finally {
    process.off('beforeExit', stuck)
  }
}

/** Takes the calls of one thread. */
class Desk {
  readonly #port: MessagePort
  readonly #module: string
  readonly #exports: Readonly<Record<string, unknown>>
  readonly #contexts: AsyncLocalStorage<TaskContext>
  #current: RunningTask | undefined

  constructor(
    port: MessagePort,
    module: string,
    exports: Readonly<Record<string, unknown>>,
    contexts: AsyncLocalStorage<TaskContext>,
  ) {
    this.#port = port
    this.#module = module
    this.#exports = exports
    this.#contexts = contexts
  }

  open(): void {
    this.#port.on('message', (message: ToThread) => {
      if (message[0] === 'run') void this.#run(message[1], message[2], unpack(message[3], message[4]))
      else if (message[0] === 'exit') process.exit()
      else if (this.#current?.id === message[1]) this.#current.abort(unpackThrown(message[2]))
    })
    // A call that cannot be read has no id to answer to; the end of the thread answers it.
    this.#port.on('messageerror', (error) => {
      throw error
    })
    post(this.#port, ['ready'])
  }

  async #run(id: number, name: string, args: readonly unknown[]): Promise<void> {
    const task = new RunningTask(id, name)
    this.#current = task
    try {
      const result: unknown = await this.#contexts.run(task, () => this.#find(name)(...args))
      this.#answer(id, result)
    } catch (error) {
      const thrown = packThrown(error)
      if (thrown === undefined) this.#refuse(id, 'thrown value', new TypeError('it is no error and has no clone'))
      else post(this.#port, ['threw', id, thrown])
    } finally {
      // Answered: a cancel that comes now is too late, and must not abort what the task left behind.
      this.#current = undefined
    }
  }

  #answer(id: number, result: unknown): void {
    try {
      const { value, transfer } = isMoved(result) ? result : { value: result, transfer: undefined }
      const { values, buffers } = pack([value] as const, transfer)
      post(this.#port, ['done', id, values, buffers], transfer)
    } catch (error) {
      this.#refuse(id, 'result', error)
    }
  }

  #refuse(id: number, what: 'result' | 'thrown value', error: unknown): void {
    post(this.#port, ['uncloneable', id, what, thrownOrText(error)])
  }

  /** A named export, or a field of what a CommonJS module exports under a name the loader cannot see. */
  #find(name: string): (...args: readonly unknown[]) => unknown {
    const hidden = this.#exports['default']
    const found = Object.hasOwn(this.#exports, name) ? this.#exports[name] : ownField(hidden, name)
    if (typeof found === 'function') return found as (...args: readonly unknown[]) => unknown
    const names = [...new Set([...functionsOf(this.#exports), ...functionsOf(hidden)])].join(', ')
    throw new TypeError(`"${name}" is not a function that ${this.#module} exports; it exports ${names || 'none'}`)
  }
}

/** The context of one task; its controller is made when somebody looks at the signal. */
class RunningTask implements TaskContext {
  readonly id: number
  readonly name: string
  #controller: AbortController | undefined
  #aborted: { readonly reason: unknown } | undefined

  constructor(id: number, name: string) {
    this.id = id
    this.name = name
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason)
    }
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#aborted = { reason }
    this.#controller?.abort(reason)
  }
}

function isMoved(result: unknown): result is Moved<unknown> {
  return typeof result === 'object' && result !== null && Object.hasOwn(result, moved)
}

function ownField(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name)
    ? Reflect.get(holder, name)
    : undefined
}

function functionsOf(holder: unknown): string[] {
  if (typeof holder !== 'object' || holder === null) return []
  return Object.keys(holder).filter((key) => typeof Reflect.get(holder, key) === 'function')
}

function thrownOrText(error: unknown): Thrown {
  return packThrown(error) ?? ['value', textOf(error)]
}
