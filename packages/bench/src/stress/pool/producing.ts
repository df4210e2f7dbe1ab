import { setTimeout as delay } from 'node:timers/promises'
import type { ProducerBook } from './books.ts'
import type { Items } from './items.ts'
import type { Plan } from './plan.ts'
import { codeOf, type Subject } from './subject.ts'

/** A producer at work. */
export interface Producing {
  readonly subject: Subject
  readonly items: Items
  readonly producer: number
  readonly book: ProducerBook
  readonly plan: Pick<Plan, 'items' | 'submitBatch' | 'submitTimeoutMs' | 'rate'>
  /** Whether it is to end. */
  readonly isOver: () => boolean
}

/** What a producer does after an error, so that it does not run hot against a pool that is full. */
const PAUSE_MS = 1

/** Submits one item, or one batch, after the other until it is told to end, has no more, or the pool is closed. */
export async function produce(producing: Producing): Promise<void> {
  const { book, plan, isOver } = producing
  const pace = plan.rate === undefined ? undefined : paceOf(plan.rate)
  while (!isOver() && book.attempted < plan.items) {
    const count = Math.min(plan.submitBatch, plan.items - book.attempted)
    if (pace !== undefined && !(await pace(book.attempted + count, isOver))) return
    const isOpen = plan.submitBatch === 1 ? await submitOne(producing) : await submitMany(producing, count)
    if (!isOpen) return
  }
}

async function submitOne({ subject, items, producer, book, plan }: Producing): Promise<boolean> {
  const number = book.attempted++
  try {
    await subject.submit(items.make(producer, number), plan.submitTimeoutMs)
    book.accepted++
    return true
  } catch (error) {
    return failed(book, number, 1, error)
  }
}

async function submitMany({ subject, items, producer, book, plan }: Producing, count: number): Promise<boolean> {
  const first = book.attempted
  book.attempted += count
  const batch = Array.from({ length: count }, (_, ahead) => items.make(producer, first + ahead))
  try {
    await subject.submitMany(batch, plan.submitTimeoutMs)
    book.accepted += count
    return true
  } catch (error) {
    return failed(book, first, count, error)
  }
}

/** Notes what became of the items of a submit that failed. Whether it makes sense to go on. */
async function failed(book: ProducerBook, first: number, count: number, error: unknown): Promise<boolean> {
  const code = codeOf(error)
  const accepted = (error as { accepted?: number }).accepted ?? 0
  book.accepted += accepted
  const fate = code === 'doubtful' ? book.doubtful : book.refused
  for (let number = first + accepted; number < first + count; number++) fate.add(number)
  if (code === 'closed') return false
  if (code !== 'full' && code !== 'doubtful') throw error
  book.errors++
  await delay(PAUSE_MS)
  return true
}

/** Waits until so many items are due. Answers false if the run is over before. */
function paceOf(rate: number): (items: number, isOver: () => boolean) => Promise<boolean> {
  const start = performance.now()
  return async (items, isOver) => {
    const due = start + (items * 1000) / rate
    for (;;) {
      if (isOver()) return false
      const wait = due - performance.now()
      if (wait <= 0) return true
      await delay(Math.min(Math.ceil(wait), 100))
    }
  }
}
