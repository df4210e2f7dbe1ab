import { oneLine } from '@millrace/command'
import type { Durability, QueueStats } from '@millrace/queue'
import { bytes, count, counted, duration } from './figures.ts'
import type { Output } from './output.ts'
import { type Column, sheet, table } from './table.ts'

/** How a queue stood. */
export interface Look {
  readonly name: string
  readonly atMs: number
  readonly stats: QueueStats
}

/** What was done a second, between two looks. */
export interface Rates {
  readonly sent: number
  readonly delivered: number
  readonly acked: number
}

const COLUMNS: readonly Column[] = [
  { head: 'queue', rank: 0 },
  { head: 'ready', rank: 0, isRight: true },
  { head: 'in flight', rank: 1, isRight: true },
  { head: 'delayed', rank: 3, isRight: true },
  { head: 'oldest', rank: 2, isRight: true },
  { head: 'bytes', rank: 4, isRight: true },
  { head: 'sent', rank: 6, isRight: true },
  { head: 'acked', rank: 7, isRight: true },
  { head: 'dead', rank: 5, isRight: true },
  { head: '', rank: 1 },
]

const RATE_COLUMNS: readonly Column[] = [
  ...COLUMNS.slice(0, 3),
  { head: 'sent/s', rank: 0, isRight: true },
  { head: 'acked/s', rank: 0, isRight: true },
  { head: 'delivered/s', rank: 3, isRight: true },
  { head: 'oldest', rank: 2, isRight: true },
  { head: 'delayed', rank: 4, isRight: true },
  { head: '', rank: 1 },
]

/** A queue as a line of JSON tells it. */
export function statsJson({ name, stats }: Look, rates?: Rates): Record<string, unknown> {
  const perSecond =
    rates && Object.fromEntries(Object.entries(rates).map(([key, rate]) => [key, Math.round(rate * 10) / 10]))
  return { queue: name, ...stats, ...(perSecond === undefined ? {} : { perSecond }) }
}

/** Queues below each other. */
export function statsTable(output: Output, looks: readonly Look[]): string[] {
  const rows = looks.map(({ name, stats }) => [
    oneLine(name),
    count(stats.ready),
    count(stats.inFlight),
    count(stats.delayed),
    duration(Math.round(stats.oldestMs)),
    bytes(stats.bytes),
    count(stats.sent),
    count(stats.acked),
    count(stats.dead),
    stats.isPaused ? 'paused' : '',
  ])
  return table(output, COLUMNS, rows)
}

/** Queues below each other, and how fast they go. */
export function ratesTable(output: Output, looks: readonly (Look & { readonly rates: Rates })[]): string[] {
  const rows = looks.map(({ name, stats, rates }) => [
    oneLine(name),
    count(stats.ready),
    count(stats.inFlight),
    count(rates.sent),
    count(rates.acked),
    count(rates.delivered),
    duration(Math.round(stats.oldestMs)),
    count(stats.delayed),
    stats.isPaused ? 'paused' : '',
  ])
  return table(output, RATE_COLUMNS, rows)
}

/** All that is known of a queue. */
export function statsSheet(output: Output, { name, stats }: Look): string[] {
  return sheet(output, [
    ['queue', `${oneLine(name)}${stats.isPaused ? output.styled('yellow', ' (paused)') : ''}`],
    ['ready', count(stats.ready)],
    ['delayed', count(stats.delayed)],
    ['in flight', count(stats.inFlight)],
    ['oldest', duration(Math.round(stats.oldestMs))],
    ['bytes', bytes(stats.bytes)],
    ['capacity', `${counted(stats.capacity, 'message')}, ${bytes(stats.capacityBytes)}`],
    ['waiting', `${count(stats.waitingReceives)} to receive, ${count(stats.waitingSends)} to send`],
    ['sent', count(stats.sent)],
    ['delivered', count(stats.delivered)],
    ['acked', count(stats.acked)],
    ['returned', count(stats.returned)],
    ['dead', count(stats.dead)],
    ['expired', count(stats.expired)],
    ['purged', count(stats.purged)],
    ['duplicates', count(stats.duplicates)],
    ['dedup keys', count(stats.dedupKeys)],
    ['damaged', count(stats.damaged)],
    ['lease', duration(stats.leaseMs)],
    ['durability', durabilityText(stats.durability)],
  ])
}

/** When a change is safe, in words. */
export function durabilityText(durability: Durability): string {
  if (typeof durability === 'object') return `on disk ${duration(durability.everyMs)} after it is answered at most`
  return {
    memory: 'in memory, which nothing outlives',
    always: 'on disk before it is answered',
    never: 'on disk when the system writes it',
  }[durability]
}
