import { columns, exitCodeOf } from '@millrace/command'
import { parseArguments } from './arguments.ts'
import { helpText } from './help.ts'
import { serve } from './serve.ts'

/** Carries out the command, and answers with its exit code. What goes wrong is told in one sentence. */
export function main(args: readonly string[], version: string): Promise<number> {
  return exitCodeOf('millrace-queue-server', async (say) => {
    const request = parseArguments(args)
    if (request.verb === 'serve') return serve(request.settings, say)
    process.stdout.write(request.verb === 'help' ? helpText(columns()) : `${version}\n`)
    return 0
  })
}
