import { UsageError } from '@millrace/command'
import { sentenceOf } from './advice.ts'
import { carryOut } from './carry-out.ts'
import { abortByOutput, abortBySignal, Interrupted } from './interruption.ts'
import { Output, OutputClosed } from './output.ts'
import { type Request, requestOf } from './request.ts'
import { EXIT } from './verb.ts'

/** Carries out the command, and answers with its exit code. What goes wrong is told in one sentence. */
export async function main(args: readonly string[], version: string): Promise<number> {
  const stop = new AbortController()
  abortByOutput(stop, process.stdout, process.stderr)
  let verb: string | undefined
  try {
    const request = requestOf(args, version, process.env)
    if (request.kind === 'work') {
      verb = request.work.verb.name
      return await workFor(request, stop)
    }
    process.stdout.write(request.text)
    return EXIT.done
  } catch (error) {
    return explain(error, verb)
  }
}

function workFor({ work, isJson }: Request & { kind: 'work' }, stop: AbortController): Promise<number> {
  abortBySignal(stop)
  const output = new Output(process.stdout, isJson ?? process.stdout.isTTY !== true, process.env)
  const sayBelow = (sentence: string): void => {
    output.live.leave()
    say(sentence)
  }
  return carryOut(work, { output, input: process.stdin, stop: stop.signal, say: sayBelow })
}

function explain(error: unknown, verb: string | undefined): number {
  if (error instanceof OutputClosed) {
    if (error.isQuiet) return 141
    say(error.message)
    return EXIT.failed
  }
  if (error instanceof Interrupted) return error.exitCode
  const isMisuse = error instanceof UsageError
  say(isMisuse ? error.sentence : sentenceOf(error, verb))
  // An engine refuses an argument that makes no sense in these classes, and changes nothing.
  return isMisuse || error instanceof TypeError || error instanceof RangeError ? EXIT.usage : EXIT.failed
}

function say(sentence: string): void {
  process.stderr.write(`millrace-queue: ${sentence}\n`)
}
