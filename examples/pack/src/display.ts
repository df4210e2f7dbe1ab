/**
 * What is seen while a run goes on: on a terminal one line per stage, redrawn in place; elsewhere a line a second.
 *
 * INVARIANT  no line is wider than the terminal, so a line is a row and redrawing in place is exact. A terminal made
 *            narrower has wrapped the rows that were drawn before: those are counted and removed first.
 */
import { styleText } from 'node:util'
import { createLogUpdate } from 'log-update'
import sliceAnsi from 'slice-ansi'
import stringWidth from 'string-width'
import type { Progress } from './api.ts'
import { HEAD_LINE, plainLine, type Rate, stageLine } from './format.ts'

/** The width of a terminal that does not know its own. */
const COLUMNS_UNKNOWN = 80
const PLAIN_MS = 1000
const RATE_MS = 1000

/** Shows how a run stands, until it is closed. */
export interface Display {
  /** To be called about ten times a second. */
  show(progress: Progress): void
  /** Leaves what was drawn last and gives the cursor back. */
  close(): void
}

/** The display for `stream`: live on a terminal, plain elsewhere. */
export function displayOn(stream: NodeJS.WriteStream): Display {
  return stream.isTTY && process.env['TERM'] !== 'dumb' ? new LiveDisplay(stream) : new PlainDisplay(stream)
}

class PlainDisplay implements Display {
  readonly #stream: NodeJS.WriteStream
  #nextMs = PLAIN_MS

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  show(progress: Progress): void {
    if (progress.elapsedMs < this.#nextMs - PLAIN_MS) this.#nextMs = PLAIN_MS
    if (progress.elapsedMs < this.#nextMs) return
    this.#nextMs = progress.elapsedMs + PLAIN_MS
    this.#stream.write(`${plainLine(progress)}\n`)
  }

  close(): void {}
}

class LiveDisplay implements Display {
  readonly #stream: NodeJS.WriteStream
  readonly #log: ReturnType<typeof createLogUpdate>
  readonly #rates = new Rates()
  #columns: number
  #rows: readonly string[] = []
  readonly #resized = (): void => this.#draw(this.#lines)
  #lines: readonly string[] = []

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    this.#columns = stream.columns
    this.#log = createLogUpdate(stream)
    stream.on('resize', this.#resized)
  }

  show(progress: Progress): void {
    const rates = this.#rates.at(progress)
    const stages = progress.stages.map((stage, index) =>
      stageLine(stage, rates[index] ?? { items: 0, bytes: undefined }),
    )
    this.#draw([styleText('dim', HEAD_LINE, { stream: this.#stream }), ...stages])
  }

  close(): void {
    this.#stream.off('resize', this.#resized)
    this.#log.done()
  }

  #draw(lines: readonly string[]): void {
    // Asks the terminal: the width that came with the last resize event may be old already.
    const columns = this.#stream.getWindowSize()[0] || COLUMNS_UNKNOWN
    if (columns < this.#columns) this.#eraseWrapped(columns)
    this.#columns = columns
    this.#lines = lines
    // One column stays free: some terminals wrap after a full row.
    const width = Math.max(1, Math.min(columns, this.#stream.columns || columns) - 1)
    this.#rows = lines.map((line) => sliceAnsi(line, 0, width))
    this.#log(this.#rows.join('\n'))
  }

  #eraseWrapped(columns: number): void {
    const rows = this.#rows.reduce((sum, row) => sum + Math.max(1, Math.ceil(stringWidth(row) / columns)), 0)
    if (rows === 0) return
    this.#stream.write(`\r\u001b[${rows}A\u001b[J`)
    // Forgets the frame; the next one is drawn from here.
    this.#log.done()
  }
}

/** Rates over about the last second. */
class Rates {
  #samples: Progress[] = []

  at(progress: Progress): Rate[] {
    const last = this.#samples.at(-1)
    // Another flow began: its counts start again.
    if (last !== undefined && progress.elapsedMs < last.elapsedMs) this.#samples = []
    this.#samples.push(progress)
    const isOld = (sample: Progress | undefined): boolean =>
      sample !== undefined && sample.elapsedMs <= progress.elapsedMs - RATE_MS
    while (isOld(this.#samples[1])) this.#samples.shift()
    const since = this.#samples[0] ?? progress
    const seconds = (progress.elapsedMs - since.elapsedMs) / 1000
    return progress.stages.map(({ done, bytes }, index) => {
      const before = since.stages[index]
      const per = (now: number, then = 0): number => (seconds > 0 ? (now - then) / seconds : 0)
      return { items: per(done, before?.done), bytes: bytes === undefined ? undefined : per(bytes, before?.bytes) }
    })
  }
}
