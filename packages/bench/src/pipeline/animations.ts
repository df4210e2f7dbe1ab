/**
 * Draws how three schedules differ, from real runs by a virtual clock: `npm run animations` writes docs/schedules/*.svg.
 *
 *     lazy           async generators, each with a window of three calls: a stage begins one when it is asked for a result
 *     no buffer      ours: a stage works on, but what is finished keeps its place
 *     backpressure   ours, with a buffer of three: what is finished makes room for the next call
 */
import { writeFileSync } from 'node:fs'
import { type Library, millrace, type Step } from './contenders.ts'
import { VirtualTime } from './virtual-time.ts'

const ITEMS = 14
const CONCURRENCY = 3
/** How long each item takes in each stage, in milliseconds. */
const TAKES: readonly (readonly number[])[] = [
  [8, 5, 9, 4, 10, 6, 5, 9, 4, 8, 6, 10, 5, 7],
  [5, 9, 4, 8, 6, 10, 5, 7, 9, 5, 8, 4, 10, 6],
]

/** A call of a stage. */
interface Span {
  readonly stage: number
  readonly item: number
  readonly beganMs: number
  readonly endedMs: number
}

const lazy: Library = {
  name: 'async generators',
  kind: 'peer',
  orders: ['ordered'],
  async run(items, steps, { concurrency }) {
    let results: AsyncIterable<number> | Iterable<number> = items
    for (const step of steps) results = windowed(results, step, concurrency)
    const all: number[] = []
    for await (const result of results) all.push(result)
    return all
  },
}

/** As one writes it by hand: while the first of the window is awaited, nothing is taken from the source. */
async function* windowed(
  source: AsyncIterable<number> | Iterable<number>,
  step: Step,
  size: number,
): AsyncGenerator<number> {
  const calls: (number | Promise<number>)[] = []
  for await (const item of source) {
    calls.push(step(item))
    if (calls.length === size) yield calls.shift() as number | Promise<number>
  }
  yield* calls
}

/** The pictures, by their file names. */
export async function animations(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['lazy.svg', await drawn('Lazy async generators', lazy)],
    [
      'no-buffer.svg',
      await drawn(
        'Eager stages, no buffer',
        millrace('ours', () => 0),
      ),
    ],
    [
      'backpressure.svg',
      await drawn(
        'Eager stages, a buffer of three',
        millrace('ours', (c) => c),
      ),
    ],
  ])
}

async function drawn(title: string, library: Library): Promise<string> {
  const time = new VirtualTime()
  const spans: Span[] = []
  const steps = TAKES.map(
    (takes, stage): Step =>
      async (item) => {
        const beganMs = time.nowMs
        await time.after(takes[item] as number, item)
        spans.push({ stage, item, beganMs, endedMs: time.nowMs })
        return item
      },
  )
  const items = Array.from({ length: ITEMS }, (_, item) => item)
  const elapsedMs = await time.run(library.run(items, steps, { concurrency: CONCURRENCY, ordered: true }))
  return svg(title, spans, elapsedMs)
}

const SIDE = 26
const GAP = 6
const WIDTH = 620
const HEIGHT = 232
/** So many milliseconds of the run go by in a second of the animation; it rests at the end. */
const MS_PER_SECOND = 7
const LONGEST_MS = 70
/** A move takes so long. */
const MOVE_MS = 0.8

/** Where the columns are, and how many squares are side by side there. */
const COLUMNS = { coming: 16, first: 150, firstDone: 230, second: 350, secondDone: 430, done: 526 } as const

function svg(title: string, spans: readonly Span[], elapsedMs: number): string {
  const seconds = LONGEST_MS / MS_PER_SECOND + 1.5
  const items = Array.from({ length: ITEMS }, (_, item) => itemSvg(item, spans, seconds)).join('\n')
  const heads = [
    [COLUMNS.coming, 'to come'],
    [COLUMNS.first, 'stage 1'],
    [COLUMNS.second, 'stage 2'],
    [COLUMNS.done, 'done'],
  ] as const
  const slots = [COLUMNS.first, COLUMNS.second].flatMap((x) =>
    Array.from(
      { length: CONCURRENCY },
      (_, slot) => `<rect class="slot" x="${x}" y="${rowY(slot)}" width="${SIDE}" height="${SIDE}" rx="4"/>`,
    ),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${title}">
<style>text{font:13px system-ui,sans-serif;fill:#30363c}.soft{fill:#7a828a}.slot{fill:none;stroke:#9aa1a8;stroke-dasharray:3 3}
.item text{fill:#fff;font-size:12px;text-anchor:middle}@media(prefers-color-scheme:dark){text{fill:#e6e8ea}}</style>
<text x="16" y="20">${title}: ${elapsedMs} ms</text>
${heads.map(([x, words]) => `<text class="soft" x="${x}" y="46">${words}</text>`).join('\n')}
${slots.join('\n')}
${items}
</svg>
`
}

/** A square that moves from place to place, paler while it waits. */
function itemSvg(item: number, spans: readonly Span[], seconds: number): string {
  const stops = stopsOf(item, spans)
  const frames: [atMs: number, x: number, y: number, opacity: number][] = []
  for (const stop of stops) {
    const before = frames.at(-1)
    if (before !== undefined) frames.push([stop.atMs, before[1], before[2], before[3]])
    frames.push([stop.atMs + (before === undefined ? 0 : MOVE_MS), stop.x, stop.y, stop.isRunning ? 1 : 0.45])
  }
  const last = frames.at(-1) as (typeof frames)[0]
  frames.push([seconds * MS_PER_SECOND, last[1], last[2], last[3]])
  const times = frames.map(([atMs]) => (atMs / (seconds * MS_PER_SECOND)).toFixed(4)).join(';')
  const common = `dur="${seconds}s" repeatCount="indefinite" keyTimes="${times}"`
  return `<g class="item"><rect width="${SIDE}" height="${SIDE}" rx="4" fill="hsl(${(item * 47) % 360} 55% 45%)"/><text x="${SIDE / 2}" y="17">${item}</text>
<animateTransform attributeName="transform" type="translate" ${common} values="${frames.map(([, x, y]) => `${x} ${y}`).join(';')}"/>
<animate attributeName="opacity" ${common} values="${frames.map(([, , , opacity]) => opacity).join(';')}"/></g>`
}

interface Stop {
  readonly atMs: number
  readonly x: number
  readonly y: number
  readonly isRunning: boolean
}

/** Where an item is from when on. */
function stopsOf(item: number, spans: readonly Span[]): Stop[] {
  const stops: Stop[] = [{ atMs: 0, ...gridAt(COLUMNS.coming, item), isRunning: false }]
  for (const span of spans.filter((each) => each.item === item)) {
    const [running, waiting] =
      span.stage === 0 ? [COLUMNS.first, COLUMNS.firstDone] : [COLUMNS.second, COLUMNS.secondDone]
    stops.push({ atMs: span.beganMs, x: running, y: rowY(slotOf(span, spans)), isRunning: true })
    const leavesMs = leavesAt(span, spans)
    if (leavesMs > span.endedMs)
      stops.push({ atMs: span.endedMs, x: waiting, y: rowY(waitingBefore(span, spans)), isRunning: false })
    if (span.stage === 1) stops.push({ atMs: leavesMs, ...gridAt(COLUMNS.done, item), isRunning: true })
  }
  return stops
}

/** When an item leaves a stage: with its next call, or in its turn. */
function leavesAt(span: Span, spans: readonly Span[]): number {
  const next = spans.find(({ stage, item }) => stage === span.stage + 1 && item === span.item)
  if (next !== undefined) return next.beganMs
  const before = spans.filter(({ stage, item }) => stage === span.stage && item <= span.item)
  return Math.max(...before.map(({ endedMs }) => endedMs))
}

/** The first place that is free among the calls of its stage. */
function slotOf(span: Span, spans: readonly Span[]): number {
  const sameStage = spans
    .filter(({ stage }) => stage === span.stage)
    .sort((a, b) => a.beganMs - b.beganMs || a.item - b.item)
  const freeMs: number[] = Array.from({ length: CONCURRENCY }, () => 0)
  for (const each of sameStage) {
    const slot = freeMs.findIndex((ms) => ms <= each.beganMs)
    if (each === span) return slot
    freeMs[slot] = each.endedMs
  }
  return 0
}

/** How many wait in the stage already. */
function waitingBefore(span: Span, spans: readonly Span[]): number {
  return spans.filter(
    (other) =>
      other.stage === span.stage &&
      (other.endedMs < span.endedMs || (other.endedMs === span.endedMs && other.item < span.item)) &&
      leavesAt(other, spans) > span.endedMs,
  ).length
}

function gridAt(x: number, item: number): { x: number; y: number } {
  return { x: x + (item % 3) * (SIDE + GAP) * 0.94, y: rowY(Math.floor(item / 3)) }
}

function rowY(row: number): number {
  return 58 + row * (SIDE + GAP)
}

if (import.meta.main) {
  const folder = new URL('../../../../docs/schedules/', import.meta.url)
  for (const [name, picture] of await animations()) writeFileSync(new URL(name, folder), picture)
}
