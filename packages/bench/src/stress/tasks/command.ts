import { writeFileSync } from 'node:fs'
import { threadPool } from '@millrace/pool'
import { Command, Option } from 'commander'
import { count, exitsOfMisuse, fileToWrite } from '../arguments.ts'
import { soak } from './soak.ts'
import type * as tasks from './tasks.ts'

/** `stress tasks`: tasks that throw, exit, loop and hog among those that do not, each of which is to have its own answer. */
export function tasksCommand(): Command {
  const command = new Command('tasks')
    .description(
      'runs tasks on threads of which some throw, exit, never end or take all memory, and checks each answer',
    )
    .addOption(new Option('-t, --tasks <n>', 'how many').argParser(count).default(200_000))
    .addOption(new Option('--threads <n>', 'on how many threads').argParser(count).default(2))
    .addOption(new Option('--seed <n>', 'of their kinds').argParser(count).default(1))
    .option('--json <file>', 'write the result there too', fileToWrite)
    .addHelpText(
      'after',
      '\nExit codes: 0 every task had its own answer, the counts add up and no memory is kept; 1 not so; 2 the arguments make no sense.',
    )
    .action(stressTasks)
  return exitsOfMisuse(command)
}

async function stressTasks(flags: { tasks: number; threads: number; seed: number; json?: string }): Promise<void> {
  const pool = threadPool<typeof tasks>(new URL('./tasks.ts', import.meta.url), {
    threads: flags.threads,
    cancelGraceMs: 0,
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 },
  })
  // A stray failure is a fault of the pool, and ends this with its trace.
  const report = await soak(pool, flags.tasks, flags.seed, (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${flags.tasks} tasks`)
  })
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  await pool.shutdown()
  const text = JSON.stringify(report, null, 2)
  console.log(text)
  if (flags.json !== undefined) writeFileSync(flags.json, `${text}\n`)
  if (report.faults.length > 0) process.exitCode = 1
}
