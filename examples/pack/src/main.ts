/** The program: `npm start -- <folder> [--to <store>]`, `npm start -- --verify <store> [--restore <folder>]`. */
import type { Progress } from './api.ts'
import { parseArguments, type Request } from './arguments.ts'
import { displayOn } from './display.ts'
import { PackError, reasonOf, systemCode } from './errors.ts'
import type { FlowOptions } from './flow.ts'
import { packLines, problemLines, verifyLines } from './format.ts'
import { printableText } from './names.ts'
import { pack } from './pack.ts'
import { verify } from './verify.ts'

/** What a signal leaves of a run before the process ends all the same. */
const GRACE_MS = 800
/** Gives the terminal back; for a process that ends without unwinding. */
let closeDisplay = (): void => {}
const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** Why a run was ended from outside. Quiet if nobody is there to be told. */
class Interrupted extends Error {
  readonly exitCode: number
  readonly isQuiet: boolean

  constructor(message: string, exitCode: number, isQuiet = false) {
    super(message)
    this.exitCode = exitCode
    this.isQuiet = isQuiet
  }
}

async function main(): Promise<number> {
  const interruption = new AbortController()
  listenToSignals(interruption)
  listenToPipes(interruption)
  try {
    const request = parseArguments(process.argv.slice(2), process.env)
    return await carryOut(request, interruption.signal)
  } catch (error) {
    return explain(interruption.signal.aborted ? interruption.signal.reason : error)
  }
}

async function carryOut(request: Request, signal: AbortSignal): Promise<number> {
  if (request.verb === 'help') {
    process.stdout.write(request.text)
    return 0
  }
  const { lines, problems } = await show((onProgress) =>
    request.verb === 'pack' ? packed(request, { signal, onProgress }) : verified(request, { signal, onProgress }),
  )
  process.stdout.write(`${lines.join('\n')}\n`)
  if (problems.length === 0) return 0
  process.stderr.write(`${problems.join('\n')}\n`)
  return 1
}

interface Result {
  readonly lines: readonly string[]
  readonly problems: readonly string[]
}

async function show(run: (onProgress: (progress: Progress) => void) => Promise<Result>): Promise<Result> {
  const display = displayOn(process.stdout)
  closeDisplay = () => display.close()
  try {
    return await run((progress) => display.show(progress))
  } finally {
    closeDisplay()
    closeDisplay = () => {}
  }
}

async function packed(request: Request & { verb: 'pack' }, options: FlowOptions): Promise<Result> {
  const report = await pack({ ...request, ...options })
  return {
    lines: packLines(report, request.store, peakBytes()),
    problems: problemLines(report.problems, 'everything else is packed'),
  }
}

async function verified(request: Request & { verb: 'verify' }, options: FlowOptions): Promise<Result> {
  const report = await verify({ ...request, ...options })
  return {
    lines: verifyLines(report, request.restore, peakBytes()),
    problems: problemLines(report.problems, 'everything else is as it was packed'),
  }
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}

/** The first signal ends the run in good order, which the process does not wait for longer than GRACE_MS; the second ends it now. */
function listenToSignals(interruption: AbortController): void {
  for (const signal of Object.keys(SIGNAL_CODES) as (keyof typeof SIGNAL_CODES)[]) {
    const die = (): void => {
      closeDisplay()
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    }
    process.on(signal, () => {
      if (interruption.signal.aborted) return die()
      interruption.abort(new Interrupted(`interrupted by ${signal}`, SIGNAL_CODES[signal]))
      setTimeout(die, GRACE_MS).unref()
    })
  }
}

/** Nobody reads on (`| head`): ends quietly, as programs do that know SIGPIPE. Any other trouble with the output is told. */
function listenToPipes(interruption: AbortController): void {
  let isTold = false
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      const isQuiet = systemCode(error) === 'EPIPE'
      const exitCode = isQuiet ? 141 : 1
      interruption.abort(new Interrupted('', exitCode, true))
      process.exitCode = exitCode
      if (isQuiet || isTold || stream === process.stderr) return
      isTold = true
      process.stderr.write(`pack: cannot write the output: ${reasonOf(error)}\n`)
    })
  }
}

/** One line for the user, and the exit code. */
function explain(error: unknown): number {
  if (error instanceof Interrupted) {
    if (!error.isQuiet) process.stderr.write(`pack: ${error.message}\n`)
    return error.exitCode
  }
  const message = error instanceof Error ? error.message : String(error)
  const isKnown = error instanceof PackError
  process.stderr.write(`pack: ${isKnown ? message : `unexpected: ${printableText(message)}`}\n`)
  return isKnown && (error.code === 'usage' || error.code === 'busy') ? 2 : 1
}

process.exitCode = await main()
