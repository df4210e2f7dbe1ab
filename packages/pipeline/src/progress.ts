import { styleText } from 'node:util'
import { show } from '@millrace/notify'
import type { PipelineStats, StageStats } from './api.ts'
import { checkMs, checkOptions } from './options.ts'
import { type Lines, type Terminal, TerminalLines } from './progress/lines.ts'

export type { Lines, Terminal } from './progress/lines.ts'

/** What can be watched: a run of a pipeline. */
export interface Watched {
  stats(): PipelineStats
  readonly done: Promise<unknown>
}

/** How progress is shown. */
export interface ProgressOptions {
  /** Where; `process.stderr` if not given. */
  readonly stream?: Terminal | undefined
  /** How often lines are drawn again, in milliseconds; 100 if not given. What is no terminal gets a line a second. */
  readonly everyMs?: number | undefined
}

/** Progress while it is shown. */
export interface Shown extends Disposable {
  /** Draws how the run stands now, and leaves it there. Nothing more is shown. */
  close(): void
}

/** Over about so long is told how fast a stage is. */
const RATE_MS = 1_000
const PLAIN_MS = 1_000
/** Timers take no longer ones. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Shows how a run stands: on a terminal a line for each stage, drawn again in place; elsewhere one line a second. Ends with the run. Does not
 * keep the process alive.
 *
 * Needs the packages log-update, slice-ansi and string-width. Throws `TypeError` or `RangeError` for wrong options.
 *
 * @example
 * import { from } from '@millrace/pipeline'
 * import { progress } from '@millrace/pipeline/progress'
 *
 * const run = from([1, 2, 3]).map(async (n) => n * 2, { name: 'double' }).run()
 * progress(run)
 * for await (const n of run.output) n
 * await run.done
 */
export function progress(run: Watched, options?: ProgressOptions): Shown {
  checkOptions('progress', options, ['stream', 'everyMs'])
  const { stream = process.stderr as Terminal, everyMs = 100 } = options ?? {}
  if (typeof run?.stats !== 'function' || typeof run.done?.then !== 'function')
    throw new TypeError(`progress: expected a run, got ${show(run)}`)
  if (typeof stream?.write !== 'function')
    throw new TypeError(`progress: stream: expected a stream, got ${show(stream)}`)
  checkMs('progress: everyMs', everyMs)
  if (everyMs > LONGEST_MS)
    throw new RangeError(`progress: everyMs: expected at most ${LONGEST_MS}, got ${show(everyMs)}`)
  const display = isTerminal(stream) ? new Table(terminalLines(stream), stream) : new Log(stream)
  const timer = setInterval(() => display.show(run.stats()), everyMs).unref()
  let isOpen = true
  const close = (): void => {
    if (!isOpen) return
    isOpen = false
    clearInterval(timer)
    display.close(run.stats())
  }
  run.done.then(close, close)
  return { close, [Symbol.dispose]: close }
}

/** Lines at the end of a terminal that are drawn again in place, for a display of your own. None is wider than the terminal. */
export function terminalLines(terminal: Terminal): Lines {
  return new TerminalLines(terminal)
}

/** Whether lines can be drawn again there. */
export function isTerminal(stream: Terminal): boolean {
  return stream.isTTY === true && process.env['TERM'] !== 'dumb'
}

interface Display {
  show(stats: PipelineStats): void
  close(stats: PipelineStats): void
}

class Table implements Display {
  readonly #lines: Lines
  readonly #stream: Terminal
  readonly #samples: PipelineStats[] = []

  constructor(lines: Lines, stream: Terminal) {
    this.#lines = lines
    this.#stream = stream
  }

  show(stats: PipelineStats): void {
    this.#samples.push(stats)
    while ((this.#samples[1]?.elapsedMs ?? Number.POSITIVE_INFINITY) <= stats.elapsedMs - RATE_MS) this.#samples.shift()
    const since = this.#samples[0] as PipelineStats
    const seconds = (stats.elapsedMs - since.elapsedMs) / 1_000
    const head = row('stage', ['running', 'waiting', 'done', 'errors', 'items/s', 'busy'])
    const stages = [stats.source, ...stats.stages].map((stage, i) => {
      const before = i === 0 ? since.source : since.stages[i - 1]
      const rate = seconds > 0 ? (stage.done - (before?.done ?? 0)) / seconds : stage.perSecond
      return stageRow(stage, rate)
    })
    this.#lines.draw([styleText('dim', head, { stream: this.#stream as never }), ...stages])
  }

  close(stats: PipelineStats): void {
    this.show(stats)
    this.#lines.close()
  }
}

class Log implements Display {
  readonly #stream: Terminal
  #nextMs = PLAIN_MS

  constructor(stream: Terminal) {
    this.#stream = stream
  }

  show(stats: PipelineStats): void {
    if (stats.elapsedMs < this.#nextMs) return
    this.#nextMs = stats.elapsedMs + PLAIN_MS
    this.#write(stats)
  }

  close(stats: PipelineStats): void {
    this.#write(stats)
  }

  #write({ elapsedMs, source, stages }: PipelineStats): void {
    const parts = [source, ...stages].map(
      ({ name, done, running, errors }) =>
        `${name} ${whole.format(done)}${running > 0 ? ` +${running}` : ''}${errors > 0 ? ` (${whole.format(errors)} failed)` : ''}`,
    )
    this.#stream.write(`${(elapsedMs / 1_000).toFixed(1).padStart(6)} s | ${parts.join(' | ')}\n`)
  }
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

function stageRow(
  { name, running, concurrency, waiting, parked, done, dropped, errors, busy }: StageStats,
  rate: number,
): string {
  const cells = [
    `${whole.format(running)}/${whole.format(concurrency)}`,
    whole.format(waiting + parked),
    whole.format(done + dropped),
    whole.format(errors),
    whole.format(rate),
    `${Math.round(busy * 100)} %`,
  ]
  return row(name, cells)
}

function row(name: string, cells: readonly string[]): string {
  return (
    (name.length > 16 ? `${name.slice(0, 15)}…` : name).padEnd(16) + cells.map((cell) => cell.padStart(10)).join('')
  )
}
