import { writeFileSync } from 'node:fs'
import { arena, provideKernel } from '@millrace/atomics'
import { kernel } from '@millrace/atomics/javascript'
import { Command, Option } from 'commander'
import { count, exitsOfMisuse, fileToWrite } from './arguments.ts'
import { Crew } from './crew.ts'
import { Ledger } from './ledger.ts'
import { planOf } from './plan.ts'
import { play } from './round.ts'
import { type Report, Tally } from './tally.ts'

interface Flags {
  readonly seconds: number
  readonly kills: number
  readonly seed: number
  readonly execution: 'wasm' | 'javascript'
  readonly json?: string
}

const PROGRESS_MS = 5000

/** `stress channels`: plays rounds until time or victims run out, prints and writes what they came to. */
export function channelsCommand(): Command {
  const command = new Command('channels')
    .description('kills threads at random in the middle of what they do with shared channels, and counts every value')
    .addOption(new Option('--seconds <n>', 'how long at most').argParser(count).default(60))
    .addOption(new Option('--kills <n>', 'how many threads to kill at most').argParser(count).default(10_000))
    .addOption(new Option('--seed <n>', 'of the first round; later rounds count on').argParser(count))
    .addOption(new Option('--execution <which>', 'of the kernel').choices(['wasm', 'javascript']).default('wasm'))
    .option('--json <file>', 'write the result there too', fileToWrite)
    .action(stressChannels)
  return exitsOfMisuse(command)
}

async function stressChannels({
  seconds,
  kills,
  seed = 1 + Math.floor(Math.random() * 2 ** 30),
  execution,
  json,
}: Flags) {
  provideKernel(kernel)
  const shared = arena({ execution, participants: 64 })
  const crew = await Crew.gather()
  const ledger = new Ledger()
  const tally = new Tally(seed, execution)
  let shownAt = performance.now()
  while (tally.seconds < seconds && tally.kills < kills) {
    const plan = planOf(seed + tally.rounds)
    const outcome = await play(plan, shared, crew, ledger)
    tally.add(plan, outcome)
    if (outcome.faults.length > 0) console.error(JSON.stringify(plan), outcome.faults.join('\n'))
    if (performance.now() - shownAt < PROGRESS_MS) continue
    shownAt = performance.now()
    console.error(
      `${Math.round(tally.seconds)} s, ${tally.rounds} rounds, ${tally.kills} kills, ${tally.faults} faults`,
    )
  }
  await crew.dismiss()
  const report: Report = tally.report(shared.views(Number.POSITIVE_INFINITY).u8.length)
  console.log(JSON.stringify(report, null, 2))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)
  if (report.faults > 0) process.exitCode = 1
}
