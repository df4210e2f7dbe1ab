import Table from 'cli-table3'
import type { Percentiles } from './latencies.ts'
import type { Progress, Report } from './run.ts'

/** One line about a run that goes on; `before` is what was told last. */
export function progressLine(now: Progress, before: Progress | undefined): string {
  const seconds = (now.ms - (before?.ms ?? 0)) / 1000
  const rate = (count: number, earlier = 0): string => `${short((count - earlier) / seconds)}/s`
  const { p50, p99 } = now.latencyUs
  return [
    `${Math.round(now.ms / 1000)} s`,
    `submitted ${short(now.submitted)} (${rate(now.submitted, before?.submitted)})`,
    `drained ${short(now.drained)} (${rate(now.drained, before?.drained)})`,
    `in the pool ${short(Math.max(0, now.submitted - now.drained))}`,
    `errors ${now.submitErrors} + ${now.drainErrors}`,
    `p50 ${time(p50)}, p99 ${time(p99)}`,
  ].join('  ')
}

/** What a run came to, for people. */
export function formatReport(report: Report): string {
  const { plan, ms, latencyUs, drainCallUs } = report
  const percentiles = new Table({
    head: ['', 'p50', 'p90', 'p99', 'p99.9', 'max', 'mean', 'count'],
    colAligns: ['left', ...Array.from({ length: 7 }, () => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  percentiles.push(row('submit → drain', latencyUs), row('drain call', drainCallUs))
  return [
    `${plan.implementation}: ${plan.producers} producers, ${plan.consumers} consumers, drains of ${plan.batch}, submits of ${plan.submitBatch}, capacity ${plan.capacity}, seed ${plan.seed}${report.interrupted ? ', interrupted' : ''}`,
    `${whole(report.submittedInTime)} submitted and ${whole(report.drainedInTime)} drained in ${(ms / 1000).toFixed(1)} s: ${whole(report.drainedPerSecond)} items/s`,
    `${whole(report.submitErrors)} submit errors, ${whole(report.drainErrors)} drain errors, event loop ${Math.round(report.eventLoop * 100)} % on time`,
    percentiles.toString(),
    report.faults.length === 0
      ? `all ${whole(report.accepted)} accepted items were drained, each once${report.inDoubt > 0 ? `, and ${whole(report.inDoubt)} whose submit failed` : ''}`
      : `FAULTS: ${report.faults.join('; ')}`,
  ].join('\n')
}

function row(name: string, { p50, p90, p99, p999, max, mean, count }: Percentiles): string[] {
  return [name, ...[p50, p90, p99, p999, max, mean].map(time), whole(count)]
}

function time(us: number): string {
  if (us < 1000) return `${us < 100 ? us.toFixed(1) : us.toFixed(0)} µs`
  return us < 1e6 ? `${(us / 1000).toPrecision(3)} ms` : `${(us / 1e6).toPrecision(3)} s`
}

function short(count: number): string {
  if (count < 1000) return count.toFixed(0)
  return count < 1e6 ? `${(count / 1000).toPrecision(3)}k` : `${(count / 1e6).toFixed(2)}M`
}

function whole(count: number): string {
  return count.toLocaleString('en')
}
