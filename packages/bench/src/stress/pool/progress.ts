import type { WriteStream } from 'node:tty'
import { progressLine } from './format.ts'
import type { Progress } from './run.ts'

/** Shows how far a run is: one line that is written anew on a terminal, a line each time anywhere else. */
export class ProgressDisplay {
  readonly #stream: Pick<WriteStream, 'write' | 'isTTY'> & { readonly columns?: number }
  #before: Progress | undefined
  #isOpen = false

  constructor(stream: Pick<WriteStream, 'write' | 'isTTY'> & { readonly columns?: number }) {
    this.#stream = stream
  }

  show(now: Progress): void {
    const line = progressLine(now, this.#before)
    this.#before = now
    if (!this.#stream.isTTY) {
      this.#stream.write(`${line}\n`)
      return
    }
    // A line that wraps could not be written over.
    this.#stream.write(`\r\x1b[K${line.slice(0, (this.#stream.columns ?? 80) - 1)}`)
    this.#isOpen = true
  }

  /** Gives the terminal back. */
  close(): void {
    if (this.#isOpen) this.#stream.write('\r\x1b[K')
    this.#isOpen = false
  }
}
