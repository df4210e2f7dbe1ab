/**
 * Tells a run as a table at most 100 characters wide: a row per step, a column per actor.
 *
 *          a push                     b pop
 *          ─────────────────────────  ────────────────
 *       1  load tail → 0
 *       2                             load head → 0
 *          about to: write value = 7  returns
 */
import { describeValue } from './check.ts'
import type { Failure, Model } from './model.ts'
import { DEAD, ENDED, type Event, PARKED, type Run, UNBORN } from './run.ts'
import { DIE, encode, TIME_OUT } from './schedule.ts'

const WIDTH = 100
const GUTTER = 6
const GAP = 2
const NARROWEST = 16
const MOST_ROWS = 200

interface Row {
  readonly label: string
  readonly cells: ReadonlyMap<number, string>
}

/** The story of a run, and below it what broke and how to run it again. */
export function story(model: Model, run: Run, failure?: Failure): string {
  const columns = model.actors.filter(({ index }) => run.status[index] !== UNBORN).map(({ index }) => index)
  const nameOf = (index: number) => `${encode([{ actor: index, way: 0 }])} ${model.actors[index]?.name}`
  const across = (cellOf: (index: number) => string) => ({
    label: '',
    cells: new Map(columns.map((index) => [index, cellOf(index)])),
  })
  const head = across(nameOf)
  const rows = shortened(eventRows(model, run), columns[0] ?? 0)
  const foot = across((index) => standing(run, index))
  const widths = widthsOf([head, ...rows, foot], columns)
  const rule = across((index) => '─'.repeat(widths.get(index) ?? 0))
  const table = [head, rule, ...rows, rule, foot].flatMap((row) => lines(row, columns, widths)).join('\n')
  const preemptions = run.preemptions === 1 ? '1 preemption' : `${run.preemptions} preemptions`
  const again = `replay('${encode(run.events)}', …) · ${preemptions}`
  return failure === undefined ? `${table}\n\n${again}` : `${table}\n\n✗ ${failure.reason}\n  ${again}`
}

function eventRows(model: Model, run: Run): Row[] {
  const rows: Row[] = []
  let repeated = 0
  for (const [index, event] of run.events.entries()) {
    // Three rounds tell that an actor loops; what follows is counted.
    const isRepeated = (event.node.round?.times ?? 0) >= 3 && run.events[index - 1]?.actor === event.actor
    if (isRepeated && index < run.events.length - 1) {
      repeated++
      continue
    }
    if (repeated > 0) rows.push({ label: '', cells: new Map([[run.events[index - 1]?.actor ?? 0, again(repeated)]]) })
    repeated = 0
    rows.push({ label: String(index + 1), cells: eventCells(model, event) })
  }
  return rows
}

function again(steps: number): string {
  return `⋮ and so on, ${steps} steps`
}

function eventCells(model: Model, { actor, way, node, answer, woken }: Event): Map<number, string> {
  if (way === DIE) {
    const recovery = model.recoveryOf(actor)
    const cells = new Map([[actor, '† dies']])
    return recovery === -1 ? cells : cells.set(recovery, 'begins')
  }
  const what = node.operation?.describe(answer) ?? ''
  const cells = new Map([[actor, way === TIME_OUT ? 'times out' : what]])
  for (const other of woken) cells.set(other, '◂ woken')
  return cells
}

function shortened(rows: readonly Row[], column: number): readonly Row[] {
  if (rows.length <= MOST_ROWS) return rows
  const left = rows.length - MOST_ROWS
  const gap = { label: '⋮', cells: new Map([[column, `${left} rows left out`]]) }
  return [...rows.slice(0, MOST_ROWS / 2), gap, ...rows.slice(-MOST_ROWS / 2)]
}

// Where the actor is when the story ends.
function standing(run: Run, index: number): string {
  const node = run.nodes[index]
  const status = run.status[index]
  if (status === DEAD) return 'dead'
  if (node?.outcome?.kind === 'threw') return `throws ${String(node.outcome.error)}`
  if (status === PARKED) return 'parked'
  if (status === ENDED) return returned(node?.outcome?.value)
  return `about to: ${node?.operation?.describe() ?? ''}`
}

function returned(value: unknown): string {
  return value === undefined ? 'returns' : `returns ${describeValue(value)}`
}

// As wide as what stands in it, if that fits; else all columns alike.
function widthsOf(rows: readonly Row[], columns: readonly number[]): ReadonlyMap<number, number> {
  const widest = (index: number) => Math.max(NARROWEST, ...rows.map(({ cells }) => cells.get(index)?.length ?? 0))
  const room = WIDTH - GUTTER - GAP * (columns.length - 1)
  const widths = columns.map(widest)
  const fits = widths.reduce((sum, width) => sum + width, 0) <= room
  const same = Math.max(NARROWEST, Math.floor(room / columns.length))
  return new Map(columns.map((index, at) => [index, fits ? (widths[at] ?? same) : same]))
}

function lines({ label, cells }: Row, columns: readonly number[], widths: ReadonlyMap<number, number>): string[] {
  const wrapped = columns.map((index) => wrap(cells.get(index) ?? '', widths.get(index) ?? NARROWEST))
  const height = Math.max(...wrapped.map(({ length }) => length))
  return Array.from({ length: height }, (_, line) => {
    const number = (line === 0 ? label : '').padStart(GUTTER - GAP)
    const texts = columns.map((index, at) => (wrapped[at]?.[line] ?? '').padEnd(widths.get(index) ?? 0))
    return [number, ...texts].join(' '.repeat(GAP)).trimEnd()
  })
}

// At spaces; later lines are indented. A word that is too long is cut after a dot, or where the line ends.
function wrap(text: string, width: number): string[] {
  const wrapped: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= width) {
      line = longer
      continue
    }
    if (line.trim() !== '') wrapped.push(line)
    line = word === '' ? '' : `  ${word}`
    while (line.length > width) {
      const cut = 1 + line.slice(0, width).search(/[.,+][^.,+]*$/)
      const end = cut > 2 ? cut : width
      wrapped.push(line.slice(0, end))
      line = `  ${line.slice(end)}`
    }
  }
  return [...wrapped, line]
}
