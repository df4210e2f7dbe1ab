import { UsageError } from './arguments.ts'
import { reasonOf } from './reason.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Tells the user something, in one sentence. */
export type Say = (sentence: string) => void

/** Carries out what a server's command is to do, and answers with its exit code: 1 if that failed, 2 if the arguments make no sense. Both are told. */
export async function exitCodeOf(command: string, act: (say: Say) => Promise<number>): Promise<number> {
  // Whoever reads the output may stop to; what is served is served all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const say: Say = (sentence) => void process.stderr.write(`${command}: ${sentence}\n`)
  try {
    return await act(say)
  } catch (error) {
    const isMisuse = error instanceof UsageError
    say(isMisuse ? error.sentence : reasonOf(error))
    return isMisuse ? 2 : 1
  }
}

/** Resolves at the first signal. The next one has the effect that it has on every process: it dies of it. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    const hear = (): void => {
      for (const signal of SIGNALS) process.off(signal, hear)
      resolve()
    }
    for (const signal of SIGNALS) process.on(signal, hear)
  })
}
