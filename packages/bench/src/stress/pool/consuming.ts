import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import type { ConsumerBook } from './books.ts'
import type { Item, Items } from './items.ts'
import type { Plan } from './plan.ts'
import { codeOf, type Subject } from './subject.ts'

/** A consumer at work. */
export interface Consuming {
  readonly subject: Subject
  readonly items: Items
  readonly book: ConsumerBook
  readonly plan: Pick<Plan, 'batch' | 'drainIntervalMs' | 'drainTimeoutMs'>
  /** Whether nobody submits any more. */
  readonly isClosed: () => boolean
}

/** Timers are no finer than this. */
const TIMER_MS = 2
const PAUSE_MS = 1

/** Drains again and again, until nobody submits any more and nothing is left. */
export async function consume({ subject, items, book, plan, isClosed }: Consuming): Promise<void> {
  let due = performance.now()
  for (;;) {
    const isLast = isClosed()
    if (plan.drainIntervalMs > 0 && !isLast) {
      due = Math.max(due + plan.drainIntervalMs, performance.now() - plan.drainIntervalMs)
      await until(due, isClosed)
    }
    const start = performance.now()
    let batch: readonly Item[]
    try {
      batch = await subject.drain(plan.batch, isLast ? 0 : plan.drainTimeoutMs)
    } catch (error) {
      if (codeOf(error) !== 'failed') throw error
      book.errors++
      if (isLast && book.errors > MOST_LAST_ERRORS) return
      await delay(PAUSE_MS)
      continue
    }
    if (batch.length > 0) note(batch, book, items, performance.now() - start)
    else if (isLast) return
  }
}

/** So many failed drains after the end, and a consumer gives up. */
const MOST_LAST_ERRORS = 1000

function note(batch: readonly Item[], book: ConsumerBook, items: Items, callMs: number): void {
  const at = performance.now()
  let before = Number.POSITIVE_INFINITY
  book.drains++
  book.drainCall.record(callMs)
  for (const item of batch) {
    book.note(item.producer, item.number)
    book.latency.record(at - item.at)
    if (!items.isWhole(item)) book.torn++
    if (item.priority > before) book.outOfOrder++
    before = item.priority
  }
}

/** Waits until the moment, by a timer as long as that is fine enough, and then turn by turn. */
async function until(due: number, isClosed: () => boolean): Promise<void> {
  for (;;) {
    const wait = due - performance.now()
    if (wait <= 0 || isClosed()) return
    if (wait > TIMER_MS) await delay(Math.min(wait - TIMER_MS + 1, 100))
    else await turn()
  }
}
