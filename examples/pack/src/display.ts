/** What is seen while a run goes on: on a terminal one line per stage, redrawn in place; elsewhere a line a second. */
import { styleText } from 'node:util'
import { isTerminal, type Lines, terminalLines } from '@millrace/pipeline/progress'
import type { Progress } from './api.ts'
import { HEAD_LINE, plainLine, type Rate, stageLine } from './format.ts'

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
  return isTerminal(stream) ? new LiveDisplay(stream) : new PlainDisplay(stream)
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
  readonly #lines: Lines
  readonly #rates = new Rates()

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    this.#lines = terminalLines(stream)
  }

  show(progress: Progress): void {
    const rates = this.#rates.at(progress)
    const stages = progress.stages.map((stage, index) =>
      stageLine(stage, rates[index] ?? { items: 0, bytes: undefined }),
    )
    this.#lines.draw([styleText('dim', HEAD_LINE, { stream: this.#stream }), ...stages])
  }

  close(): void {
    this.#lines.close()
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
