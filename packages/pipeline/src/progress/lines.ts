import { createLogUpdate } from 'log-update'
import sliceAnsi from 'slice-ansi'
import stringWidth from 'string-width'

/** A terminal, as far as it is used: `process.stderr` is one. */
export interface Terminal {
  write(text: string): unknown
  on(event: 'resize', listener: () => void): unknown
  off(event: 'resize', listener: () => void): unknown
  getWindowSize?(): [columns: number, rows: number]
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** Lines at the end of a terminal that are drawn again in place. */
export interface Lines {
  /** Draws these in place of those that were drawn before. */
  draw(lines: readonly string[]): void
  /** Leaves what was drawn last, and gives the cursor back. */
  close(): void
}

/** The width of a terminal that does not know its own. */
const COLUMNS_UNKNOWN = 80

/**
 * Lines on a terminal.
 *
 * INVARIANT  no line is wider than the terminal, so a line is a row and drawing in place is exact. A terminal made narrower has wrapped
 *            the rows that were drawn before: those are counted and removed first.
 */
export class TerminalLines implements Lines {
  readonly #terminal: Terminal
  readonly #log: ReturnType<typeof createLogUpdate>
  #columns: number
  #rows: readonly string[] = []
  #lines: readonly string[] = []
  readonly #resized = (): void => this.draw(this.#lines)

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.#columns = terminal.columns ?? COLUMNS_UNKNOWN
    this.#log = createLogUpdate(terminal as never)
    terminal.on('resize', this.#resized)
  }

  draw(lines: readonly string[]): void {
    // Asks the terminal: the width that came with the last resize event may be old already.
    const columns = this.#terminal.getWindowSize?.()[0] || this.#terminal.columns || COLUMNS_UNKNOWN
    if (columns < this.#columns) this.#eraseWrapped(columns)
    this.#columns = columns
    this.#lines = lines
    // One column stays free: some terminals wrap after a full row.
    const width = Math.max(1, Math.min(columns, this.#terminal.columns || columns) - 1)
    this.#rows = lines.map((line) => sliceAnsi(line, 0, width))
    this.#log(this.#rows.join('\n'))
  }

  close(): void {
    this.#terminal.off('resize', this.#resized)
    this.#log.done()
  }

  #eraseWrapped(columns: number): void {
    const rows = this.#rows.reduce((sum, row) => sum + Math.max(1, Math.ceil(stringWidth(row) / columns)), 0)
    if (rows === 0) return
    this.#terminal.write(`\r\u001b[${rows}A\u001b[J`)
    // Forgets the frame; the next one is drawn from here.
    this.#log.done()
  }
}
