import { writeFileSync } from 'node:fs'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { count, exitsOfMisuse, fileToWrite, port } from '../arguments.ts'
import { formatReport } from './format.ts'
import type { Range } from './items.ts'
import { open } from './open.ts'
import { IMPLEMENTATIONS, type Implementation, type Plan } from './plan.ts'
import { ProgressDisplay } from './progress.ts'
import { type Report, run } from './run.ts'

interface Flags {
  readonly producerNum: number
  readonly transactionNum: number
  readonly consumerNum: number
  readonly drainBatchSize: number
  readonly drainIntervalUs: number
  readonly drainTimeoutUs: number
  readonly submitBatchSize: number
  readonly submitTimeoutUs?: number
  readonly submitBuffer: number
  readonly submissionRate?: number
  readonly runDurationSeconds: number
  readonly payloadRange: Range
  readonly priorityRange: Range
  readonly seed: number
  readonly httpPort: number
  readonly json?: string | true
}

/** The highest priority that has a bucket. */
const MOST_BUCKET = 1023

const EXAMPLES = `
Examples:
  npm run stress -- pool naive -p 20 -c 1 -b 100
  npm run stress -- pool http -p 15 -c 5 --submit-batch-size 100
  npm run stress -- pool bucket -p 4 -t 100000 --priority-range 0..255 --submission-rate 50000 --json result.json

Ctrl-C ends a run early, with its report. Exit codes: 0 every accepted item was drained exactly once; 1 not so; 2 the arguments make no sense.`

/** `stress pool`: producers submit, consumers drain, and every item is counted. */
export function poolCommand(): Command {
  const command = new Command('pool')
    .description('has producers submit to a priority pool and consumers drain it, and counts every item')
    .addArgument(
      new Argument(
        '<implementation>',
        'naive: an array that is kept sorted, what one writes without a pool; heap, bucket: priorityPool; shared: sharedPriorityPool in a thread of its own; http: the command millrace-pool',
      ).choices(IMPLEMENTATIONS),
    )
    .addOption(number('-p, --producer-num <n>', 'producers', 20))
    .addOption(
      number('-t, --transaction-num <n>', 'items of each producer, at most', Number.MAX_SAFE_INTEGER, 'no limit'),
    )
    .addOption(number('-c, --consumer-num <n>', 'consumers', 1))
    .addOption(number('-b, --drain-batch-size <n>', 'items that a drain waits for', 100))
    .addOption(atLeast0('--drain-interval-us <n>', 'time from a drain of a consumer to its next', 0))
    .addOption(atLeast0('--drain-timeout-us <n>', 'how long a drain waits', 50_000))
    .addOption(number('--submit-batch-size <n>', 'items of a submit', 1))
    .addOption(atLeast0('--submit-timeout-us <n>', 'how long a submit waits (default: until there is room)'))
    .addOption(number('--submit-buffer <n>', 'items that the pool holds before submits wait', 3000))
    .addOption(number('--submission-rate <n>', 'items a second of each producer (default: as fast as it can)'))
    .addOption(seconds('-d, --run-duration-seconds <n>', 'how long at most', 10))
    .addOption(range('--payload-range <least..most>', 'bytes of an item', { least: 100, most: 1000 }))
    .addOption(range('--priority-range <least..most>', 'priorities of items', { least: 1, most: 1000 }))
    .addOption(number('--seed <n>', 'of payloads and priorities', 1))
    .addOption(
      new Option('--http-port <n>', 'where the server of http listens; 0 picks a free port').argParser(port).default(0),
    )
    .option('--json [file]', 'write the result there; instead of the table if no file is given', fileToWrite)
    .addHelpText('after', EXAMPLES)
    .action(stressPool)
  return exitsOfMisuse(command)
}

async function stressPool(implementation: Implementation, flags: Flags, command: Command): Promise<void> {
  const plan = planOf(implementation, flags)
  if (implementation === 'bucket' && plan.priorities.most > MOST_BUCKET) {
    command.error(`error: bucket takes priorities up to ${MOST_BUCKET}: --priority-range 0..${MOST_BUCKET}`)
  }
  const ground = await open(plan).catch((error: unknown) => {
    console.error(`error: ${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  })
  if (ground === undefined) return
  const display = new ProgressDisplay(process.stderr)
  const interruption = new AbortController()
  const interrupt = (): void => interruption.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt)
  try {
    const report = await run(plan, ground, { signal: interruption.signal, onProgress: (now) => display.show(now) })
    display.close()
    tell(report, flags.json)
  } finally {
    display.close()
    await ground.close()
  }
}

function tell(report: Report, json: string | true | undefined): void {
  const text = JSON.stringify(report, null, 2)
  console.log(json === true ? text : formatReport(report))
  if (typeof json === 'string') writeFileSync(json, `${text}\n`)
  if (report.faults.length > 0) process.exitCode = 1
}

function planOf(implementation: Implementation, flags: Flags): Plan {
  return {
    implementation,
    producers: flags.producerNum,
    consumers: flags.consumerNum,
    items: flags.transactionNum,
    batch: flags.drainBatchSize,
    drainIntervalMs: flags.drainIntervalUs / 1000,
    drainTimeoutMs: flags.drainTimeoutUs / 1000,
    submitBatch: flags.submitBatchSize,
    submitTimeoutMs: flags.submitTimeoutUs === undefined ? undefined : flags.submitTimeoutUs / 1000,
    capacity: flags.submitBuffer,
    seconds: flags.runDurationSeconds,
    rate: flags.submissionRate,
    payloadBytes: flags.payloadRange,
    priorities: flags.priorityRange,
    seed: flags.seed,
    httpPort: flags.httpPort,
  }
}

function number(flags: string, description: string, otherwise?: number, name?: string): Option {
  const option = new Option(flags, description).argParser(count)
  return otherwise === undefined ? option : option.default(otherwise, name)
}

function atLeast0(flags: string, description: string, otherwise?: number): Option {
  const option = new Option(flags, description).argParser((text) => real(text, 0, Number.MAX_SAFE_INTEGER))
  return otherwise === undefined ? option : option.default(otherwise)
}

function seconds(flags: string, description: string, otherwise: number): Option {
  return new Option(flags, description).argParser((text) => real(text, 0.001, 1_000_000)).default(otherwise)
}

function range(flags: string, description: string, otherwise: Range): Option {
  return new Option(flags, description).argParser(rangeOf).default(otherwise, `${otherwise.least}..${otherwise.most}`)
}

function real(text: string, least: number, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= least && value <= most) return value
  throw new InvalidArgumentError(`A number from ${least} to ${most} is needed.`)
}

function rangeOf(text: string): Range {
  const [, least, most = least] = /^(\d{1,9})(?:\.\.=?(\d{1,9}))?$/.exec(text) ?? []
  if (least !== undefined && Number(least) <= Number(most)) return { least: Number(least), most: Number(most) }
  throw new InvalidArgumentError('A range such as 100..1000 is needed.')
}
