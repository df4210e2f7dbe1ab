import { OutputClosed, type Stream } from './output.ts'

const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** A signal came. */
export class Interrupted extends Error {
  override readonly name: string = 'Interrupted'
  readonly exitCode: number

  constructor(signal: keyof typeof CODES) {
    super(`interrupted by ${signal}`)
    this.exitCode = CODES[signal]
  }
}

/** Aborts at the first signal, with `Interrupted`. The next one has the effect that it has on every process. */
export function abortBySignal(stop: AbortController): void {
  for (const signal of Object.keys(CODES) as (keyof typeof CODES)[]) {
    process.once(signal, () => stop.abort(new Interrupted(signal)))
  }
}

/** Aborts when the output cannot be written any more, with `OutputClosed`. Whoever reads what is told beside it may stop to. */
export function abortByOutput(stop: AbortController, output: Stream, told: Stream): void {
  output.on('error', (error: Error) => stop.abort(new OutputClosed(error)))
  told.on('error', () => {})
}
