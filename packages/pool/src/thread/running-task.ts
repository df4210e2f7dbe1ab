import type { TaskContext } from './context.ts'
import type { ItemSource } from './item-source.ts'

/**
 * What is known of one task inside its thread, for the task itself and for whoever tells it something. Its controller is made when somebody looks at the signal.
 *
 * A task that never lets its event loop turn hears no message. So whoever asks its signal whether it is aborted has it
 * look for the cancel first: a loop that asks can be told to stop.
 */
export class RunningTask implements TaskContext {
  readonly id: number
  readonly name: string
  readonly #look: (task: RunningTask) => void
  #controller: AbortController | undefined
  #aborted: { readonly reason: unknown } | undefined
  #source: ItemSource | undefined
  #isEnough = false
  #isOver = false

  /** `look` delivers a cancel that has come and was not heard. */
  constructor(id: number, name: string, look: (task: RunningTask) => void) {
    this.id = id
    this.name = name
    this.#look = look
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason)
      else this.#attend(this.#controller.signal)
    }
    return this.#controller.signal
  }

  /** Tells the task to stop. What gives items ends after the one it makes. */
  abort(reason: unknown): void {
    if (this.#isOver) return
    this.#aborted ??= { reason }
    this.#controller?.abort(reason)
    this.#isEnough = true
    this.#source?.enough()
  }

  /** The task gives items from now on; it may have been told before that they are enough. */
  feed(source: ItemSource): void {
    this.#source = source
    if (this.#isEnough) source.enough()
  }

  /** The consumer took items. */
  took(items: number): void {
    this.#source?.took(items)
  }

  /** The consumer wants no more items. */
  enough(): void {
    this.abort(new DOMException('the consumer left the stream', 'AbortError'))
  }

  /** The task is answered: a cancel that comes now is too late, and must not abort what it left behind. */
  end(): void {
    this.#isOver = true
    this.#source = undefined
  }

  #attend(signal: AbortSignal): void {
    const look = (): void => {
      if (!this.#isOver && this.#aborted === undefined) this.#look(this)
    }
    Object.defineProperties(signal, {
      aborted: {
        get: () => {
          look()
          return Reflect.get(AbortSignal.prototype, 'aborted', signal)
        },
        configurable: true,
      },
      throwIfAborted: {
        value: () => {
          look()
          AbortSignal.prototype.throwIfAborted.call(signal)
        },
        configurable: true,
      },
    })
  }
}
