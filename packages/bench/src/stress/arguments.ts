import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'

const MOST_PORT = 65_535

/** Reads an option that counts something. */
export function count(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= 1) return number
  throw new InvalidArgumentError('An integer from 1 is needed.')
}

/** Reads an option that is a port, or 0 for a free one. */
export function port(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (number <= MOST_PORT) return number
  throw new InvalidArgumentError(`An integer from 0 to ${MOST_PORT} is needed.`)
}

/** Reads an option that is a file to be written at the end of a run: whoever mistypes it is told before the run. */
export function fileToWrite(text: string): string {
  try {
    accessSync(dirname(text), constants.W_OK)
  } catch (error) {
    throw new InvalidArgumentError(`Nothing can be written there: ${(error as NodeJS.ErrnoException).code}.`)
  }
  return text
}

/** Ends the process with 2 where the arguments make no sense, so that 1 is left for what a run finds. */
export function exitsOfMisuse(command: Command): Command {
  return command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
}
