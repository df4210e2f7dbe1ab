import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import Table from 'cli-table3'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { count, exitsOfMisuse, fileToWrite } from '../arguments.ts'
import { type Extent, LOADS, type Load, type LoadName } from './loads.ts'
import type { Part } from './part.ts'

interface Flags extends Extent {
  readonly json?: string
}

/** How a load test went. */
interface LoadReport {
  readonly load: LoadName
  readonly parts: readonly Part[]
}

const NAMES = Object.keys(LOADS) as LoadName[]

/** `stress load`: many tasks of several kinds through pools, each of which is to have its own answer. */
export function loadCommand(): Command {
  const titles = NAMES.map((name) => `  ${name.padEnd(14)}${LOADS[name].title}`).join('\n')
  const command = new Command('load')
    .description('puts pools under load: tasks that sleep, block, throw, stream; and checks each answer')
    .addArgument(new Argument('[load...]', 'which; all if not given').choices(NAMES))
    .addOption(new Option('--scale <share>', 'of all numbers of tasks this share').argParser(share).default(1))
    .addOption(
      new Option('--threads <n>', 'for tasks that keep a thread busy').argParser(count).default(availableParallelism()),
    )
    .option('--json <file>', 'write the result there too', fileToWrite)
    .addHelpText(
      'after',
      `\nLoads:\n${titles}\n\nExit codes: 0 every task had its own answer; 1 not so; 2 the arguments make no sense.`,
    )
    .action(stressLoad)
  return exitsOfMisuse(command)
}

async function stressLoad(names: readonly LoadName[], flags: Flags): Promise<void> {
  const reports: LoadReport[] = []
  for (const name of names.length > 0 ? names : NAMES) {
    const load: Load = LOADS[name]
    const parts = await load.run(flags)
    reports.push({ load: name, parts })
    console.log(`${name}: ${load.title}${flags.scale === 1 ? '' : `, × ${flags.scale}`}\n${tableOf(parts)}\n`)
  }
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(reports, null, 2)}\n`)
  if (reports.some(({ parts }) => parts.some(({ faults }) => faults.length > 0))) process.exitCode = 1
}

function tableOf(parts: readonly Part[]): string {
  const table = new Table({
    head: ['', 'tasks', 'seconds', 'tasks/s', 'at a time', ''],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const { what, tasks, seconds, most, faults } of parts) {
    const rate = Math.round(tasks / seconds).toLocaleString('en')
    const outcome = faults.length === 0 ? 'all answers came' : `FAULTS: ${faults.join('; ')}`
    table.push([what, tasks.toLocaleString('en'), seconds.toFixed(3), rate, most === 0 ? '' : String(most), outcome])
  }
  return table.toString()
}

function share(text: string): number {
  const number = Number(text)
  if (number > 0 && number <= 1_000) return number
  throw new InvalidArgumentError('A number above 0 is needed.')
}
