import { getSystemErrorMessage } from 'node:util'
import { oneLine } from './printable.ts'

/** What is wrong, in one line; of the system in its own words, for example `address already in use (EADDRINUSE)`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error))
  if ('code' in error && 'errno' in error && typeof error.errno === 'number')
    return `${getSystemErrorMessage(error.errno)} (${error.code})`
  return oneLine(error.message.replaceAll('\n', ' '))
}
