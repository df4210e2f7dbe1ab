import type { Durability } from '@millrace/queue'
import { bytes, count, counted, duration } from '../figures.ts'
import type { Histogram } from '../histogram.ts'
import type { Output } from '../output.ts'
import { durabilityText } from '../stats-text.ts'
import { type Column, sheet, table } from '../table.ts'
import type { Load, LoadOptions } from './load.ts'

const QUANTILES = [0.5, 0.9, 0.99] as const

/** How a bench stands, and what it was a moment before. */
export interface Standing {
  readonly atMs: number
  readonly sent: number
  readonly arrived: number
}

/** How it stands now. */
export function standing(load: Load, startMs: number): Standing {
  return { atMs: performance.now() - startMs, sent: load.arrivals.sentCount, arrived: load.arrivals.arrivedCount }
}

/** While it runs, as a line of JSON tells it. */
export function standingJson(now: Standing, before: Standing): Record<string, unknown> {
  const { sent, arrived } = perSecond(now, before)
  return {
    atMs: Math.round(now.atMs),
    sent: now.sent,
    received: now.arrived,
    sentPerSecond: sent,
    receivedPerSecond: arrived,
  }
}

const COLUMNS: readonly Column[] = [
  { head: '', rank: 0 },
  { head: 'messages', rank: 0, isRight: true },
  { head: 'a second', rank: 0, isRight: true },
  { head: 'p50', rank: 1, isRight: true },
  { head: 'p90', rank: 2, isRight: true },
  { head: 'p99', rank: 1, isRight: true },
]

/** While it runs, for a person. */
export function standingLines(output: Output, load: Load, now: Standing, before: Standing): string[] {
  const { sent, arrived } = perSecond(now, before)
  const row = (name: string, messages: number, rate: number, histogram: Histogram): string[] => {
    return [name, count(messages), count(rate), ...QUANTILES.map((q) => duration(histogram.quantile(q)))]
  }
  return [
    `${duration(now.atMs)}${load.isDraining ? ', receiving what is left' : ''}`,
    ...table(output, COLUMNS, [
      row('sent', now.sent, sent, load.sendMs),
      row('received', now.arrived, arrived, load.arriveMs),
    ]),
  ]
}

/** The end of it. */
export interface Result {
  readonly load: Load
  readonly options: LoadOptions
  readonly connections: number
  readonly elapsedMs: number
  readonly durability: Durability
}

/** The end, as a line of JSON tells it. */
export function resultJson({ load, options, connections, elapsedMs, durability }: Result): Record<string, unknown> {
  const { sentCount, arrivedCount, missing, repeated, foreign } = load.arrivals
  return {
    result: missing === 0 ? 'every message arrived' : 'messages are missing',
    elapsedMs: Math.round(elapsedMs),
    sent: sentCount,
    received: arrivedCount,
    missing,
    repeated,
    foreign,
    unknown: load.unknown,
    perSecond: rate(arrivedCount, elapsedMs),
    sendMs: quantiles(load.sendMs),
    arriveMs: quantiles(load.arriveMs),
    durability,
    ...options,
    connections,
  }
}

/** The end, for a person. */
export function resultLines(output: Output, { load, options, connections, elapsedMs, durability }: Result): string[] {
  const { sentCount, arrivedCount, missing, repeated, foreign } = load.arrivals
  const { producers, consumers, depth, capacity, sizeBytes } = options
  const verdict =
    missing === 0 ? 'every message arrived' : output.styled('red', `${counted(missing, 'message')} missing`)
  const odd = [
    ...(repeated > 0 ? [`${count(repeated)} delivered again`] : []),
    ...(foreign > 0 ? [`${count(foreign)} of somebody else`] : []),
    ...(load.unknown > 0 ? [`${count(load.unknown)} sent of which nobody knows`] : []),
    ...(load.late > 0 ? [`${count(load.late)} acknowledged too late`] : []),
  ]
  return sheet(output, [
    ['result', [verdict, ...odd].join(', ')],
    ['sent', count(sentCount)],
    ['received', `${count(arrivedCount)} in ${duration(elapsedMs)}, ${count(rate(arrivedCount, elapsedMs))} a second`],
    ['send', times(load.sendMs)],
    ['arrive', times(load.arriveMs)],
    ['durability', durabilityText(durability)],
    ['queue', `${counted(capacity, 'message')} at most`],
    [
      'load',
      `${counted(producers, 'producer')}, ${counted(consumers, 'consumer')}, depth ${depth}, ${bytes(sizeBytes)} each`,
    ],
    ['connections', count(connections)],
  ])
}

function times(histogram: Histogram): string {
  const [p50 = 0, p90 = 0, p99 = 0] = QUANTILES.map((q) => histogram.quantile(q))
  return `p50 ${duration(p50)}, p90 ${duration(p90)}, p99 ${duration(p99)}`
}

function quantiles(histogram: Histogram) {
  const ms = (figure: number): number => Math.round(figure * 1000) / 1000
  return {
    p50: ms(histogram.quantile(0.5)),
    p90: ms(histogram.quantile(0.9)),
    p99: ms(histogram.quantile(0.99)),
    max: ms(histogram.maxMs),
  }
}

function perSecond(now: Standing, before: Standing) {
  const elapsedMs = now.atMs - before.atMs
  return { sent: rate(now.sent - before.sent, elapsedMs), arrived: rate(now.arrived - before.arrived, elapsedMs) }
}

function rate(n: number, elapsedMs: number): number {
  return elapsedMs > 0 ? Math.round((n / elapsedMs) * 1000) : 0
}
