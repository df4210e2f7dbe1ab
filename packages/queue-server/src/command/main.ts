import { parseArguments, UsageError } from './arguments.ts'
import { helpText } from './help.ts'
import { reasonOf } from './reason.ts'
import { serve } from './serve.ts'

/** Carries out the command, and answers with its exit code. What goes wrong is told in one sentence. */
export async function main(args: readonly string[], version: string): Promise<number> {
  // Whoever reads the output may stop to; the queues are served all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  try {
    const request = parseArguments(args)
    if (request.verb === 'serve') return await serve(request.settings, say)
    process.stdout.write(request.verb === 'help' ? helpText(columns()) : `${version}\n`)
    return 0
  } catch (error) {
    const isMisuse = error instanceof UsageError
    say(isMisuse ? `${error.message}${error.message.endsWith('?') ? '' : '; see --help'}` : reasonOf(error))
    return isMisuse ? 2 : 1
  }
}

/** How wide a help may be. */
function columns(): number {
  return Math.min(process.stdout.columns ?? 100, 100)
}

function say(sentence: string): void {
  process.stderr.write(`millrace-queue-server: ${sentence}\n`)
}
