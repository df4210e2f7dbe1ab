import { onTestFinished } from 'vitest'
import type * as deeds from './workers/deeds.ts'

/** What a worker tells. */
type Told = { readonly said: string } | { readonly result: unknown } | { readonly error: string }

/** A module worker at its deed; it ends with the test. */
export class Thread {
  readonly #worker = new Worker(new URL('./workers/thread.worker.ts', import.meta.url), { type: 'module' })
  readonly #told: Told[] = []
  #wake: () => void = () => {}

  constructor(deed: keyof typeof deeds, part: object) {
    this.#worker.onmessage = ({ data }: MessageEvent<Told>) => {
      this.#told.push(data)
      this.#wake()
    }
    this.#worker.onerror = ({ message }) => {
      this.#told.push({ error: message || 'the worker did not load' })
      this.#wake()
    }
    this.#worker.postMessage({ deed, part })
    onTestFinished(() => this.terminate())
  }

  /** The next thing it says. */
  async says(): Promise<string> {
    const told = await this.#next()
    if (!('said' in told)) throw new Error(`expected a word, got ${JSON.stringify(told)}`)
    return told.said
  }

  /** What its deed came to. */
  async result(): Promise<unknown> {
    const told = await this.#next()
    if (!('result' in told)) throw new Error(`expected a result, got ${JSON.stringify(told)}`)
    return told.result
  }

  /** Ends the thread wherever it is. */
  terminate(): void {
    this.#worker.terminate()
  }

  async #next(): Promise<Told> {
    while (this.#told.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#told.shift() as Told
  }
}
