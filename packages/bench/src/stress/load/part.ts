import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '@millrace/pool'

/** One kind of tasks of a load, and what came of them. */
export interface Part {
  readonly what: string
  readonly tasks: number
  readonly seconds: number
  /** The most that ran at a time; 0 where that is not seen. */
  readonly most: number
  /** Answers that are missing or wrong, limits that were passed, counts that do not add up. */
  readonly faults: readonly string[]
}

/** Sees how many tasks run at a time. */
export class Gauge {
  most = 0
  #running = 0

  /** A task that sleeps so long, and gives its number. No sleep is shorter than a millisecond: timers are not. */
  async sleep(ms: number, n: number): Promise<number> {
    this.most = Math.max(this.most, ++this.#running)
    try {
      await sleep(ms)
      return n
    } finally {
      this.#running--
    }
  }
}

/** Times the work, and compares its answers with those that are expected. At most `limit` may run at a time, of all that the gauge sees. */
export async function timed(
  what: string,
  limit: number,
  expected: readonly number[],
  work: (gauge: Gauge) => Promise<readonly number[]>,
  gauge: Gauge = new Gauge(),
): Promise<Part> {
  const began = performance.now()
  const answers = await work(gauge)
  const seconds = (performance.now() - began) / 1_000
  const faults: string[] = []
  if (answers.length !== expected.length) faults.push(`${answers.length} of ${expected.length} answers came`)
  const wrong = expected.findIndex((answer, i) => answers[i] !== answer)
  if (wrong >= 0) faults.push(`answer ${wrong} is ${answers[wrong]} in place of ${expected[wrong]}`)
  if (gauge.most > limit) faults.push(`${gauge.most} ran at a time where ${limit} may`)
  return { what, tasks: expected.length, seconds, most: gauge.most, faults }
}

/** Shuts the pool down that did a part, and adds what its counts do not agree with. */
export async function closed(part: Part, pool: Pool, done: number, failed = 0): Promise<Part> {
  await pool.idle()
  const counts = pool.metrics()
  const report = await pool.shutdown({ timeoutMs: 5_000 })
  const left = counts.running + counts.pending + counts.waiting
  const faults = [...part.faults]
  if (counts.done !== done || counts.failed !== failed || counts.submitted !== done + failed)
    faults.push(`the pool counts ${counts.done} done and ${counts.failed} failed of ${counts.submitted}`)
  if (left > 0 || !report.onTime || report.killed > 0) faults.push(`${left} tasks are left`)
  return { ...part, faults }
}
