/** The program: `logs <folder> [--threads <n>] [--json]`. */
import { analyse } from './analyse.ts'
import { parseArguments, type Request, USAGE } from './arguments.ts'
import { Display } from './display.ts'
import { LogsError } from './errors.ts'
import { printable, problemLines, reportLines } from './format.ts'

const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
const PIPE_CODE = 141
/** What an interrupted run may still take; threads end within this time unless the system holds them. */
const GRACE_MS = 3000

/** Why a run was ended from outside; without a message if nobody is there to be told. */
class Interrupted extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}

async function main(): Promise<number> {
  const interruption = new AbortController()
  listenToSignals(interruption)
  listenToPipes(interruption)
  try {
    const request = parseArguments(process.argv.slice(2))
    if (request.verb === 'help') process.stdout.write(USAGE)
    return request.verb === 'help' ? 0 : await carryOut(request, interruption.signal)
  } catch (error) {
    return explain(error)
  }
}

async function carryOut(request: Request & { verb: 'analyse' }, signal: AbortSignal): Promise<number> {
  const { folder, threads, json } = request
  const display = new Display(process.stderr)
  try {
    const report = await analyse(folder, {
      signal,
      onProgress: (progress) => display.show(progress),
      ...(threads === undefined ? {} : { threads }),
    })
    display.close()
    process.stdout.write(`${json ? JSON.stringify(report, undefined, 2) : reportLines(report).join('\n')}\n`)
    if (report.problems.length === 0) return 0
    process.stderr.write(`${problemLines(report.problems).join('\n')}\n`)
    return 1
  } finally {
    display.close()
  }
}

/** The first signal ends the run in good order; the second, or too long a time, ends it now. */
function listenToSignals(interruption: AbortController): void {
  for (const signal of Object.keys(SIGNAL_CODES) as (keyof typeof SIGNAL_CODES)[]) {
    process.on(signal, () => {
      const exitCode = SIGNAL_CODES[signal]
      if (interruption.signal.aborted) process.exit(exitCode)
      interruption.abort(new Interrupted(`interrupted by ${signal}`, exitCode))
      setTimeout(() => process.exit(exitCode), GRACE_MS).unref()
    })
  }
}

/** Nobody reads on (`| head`): ends quietly. Any other trouble with the output is told. */
function listenToPipes(interruption: AbortController): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      process.exitCode = error.code === 'EPIPE' ? PIPE_CODE : 1
      interruption.abort(new Interrupted('', process.exitCode))
      if (error.code !== 'EPIPE' && stream === process.stdout) {
        process.stderr.write(`logs: cannot write the output: ${error.message}\n`)
      }
    })
  }
}

/** One line for the user, and the exit code. */
function explain(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error)
  const isOurs = error instanceof LogsError || error instanceof Interrupted
  if (message !== '') process.stderr.write(`logs: ${isOurs ? '' : 'unexpected: '}${printable(message)}\n`)
  if (error instanceof Interrupted) return error.exitCode
  return error instanceof LogsError ? 2 : 1
}

const exitCode = await main()
process.exitCode ||= exitCode
