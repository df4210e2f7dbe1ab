/** The command line of the stress tests. */
import { Command } from 'commander'
import { exitsOfMisuse } from './arguments.ts'
import { channelsCommand } from './channels.ts'
import { loadCommand } from './load/command.ts'
import { poolCommand } from './pool/command.ts'
import { tasksCommand } from './tasks/command.ts'

await exitsOfMisuse(new Command('stress'))
  .description('Puts what we have under stress, and counts every value in and out.')
  .addCommand(channelsCommand())
  .addCommand(poolCommand())
  .addCommand(tasksCommand())
  .addCommand(loadCommand())
  .parseAsync()
