import type { Progress } from './api.ts'
import { progressLine } from './format.ts'

const ERASE_LINE = '\r\u001b[K'

/** One line on a terminal that says how a run stands; nothing where there is no terminal. */
export class Display {
  readonly #stream: NodeJS.WriteStream
  readonly #isLive: boolean
  #isDrawn = false

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    this.#isLive = stream.isTTY && process.env['TERM'] !== 'dumb'
  }

  /** Draws it anew. */
  show(progress: Progress): void {
    if (!this.#isLive) return
    // One column stays free: some terminals wrap after a full row.
    const line = progressLine(progress).slice(0, Math.max(1, (this.#stream.columns || 80) - 1))
    this.#stream.write(ERASE_LINE + line)
    this.#isDrawn = true
  }

  /** Takes it away. */
  close(): void {
    if (this.#isDrawn) this.#stream.write(ERASE_LINE)
    this.#isDrawn = false
  }
}
