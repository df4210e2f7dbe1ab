import { createInterface } from 'node:readline/promises'
import { UsageError } from '@millrace/command'
import type { Context } from './verb.ts'

/** Whether a person at a terminal agrees. Where there is none they have to say so before. */
export async function confirmed(question: string, { input, stop }: Pick<Context, 'input' | 'stop'>): Promise<boolean> {
  if (input.isTTY !== true || process.stderr.isTTY !== true)
    throw new UsageError(`${question}: nobody can be asked here; expected --yes`)
  const reader = createInterface({ input, output: process.stderr })
  // At a terminal that is read, Ctrl-C is a character.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    const answer = await reader.question(`${question}? [y/N] `, { signal: stop })
    return /^y(es)?$/i.test(answer.trim())
  } catch (error) {
    if (stop.aborted) throw stop.reason
    throw error
  } finally {
    reader.close()
  }
}
