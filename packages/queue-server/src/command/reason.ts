import { getSystemErrorMessage } from 'node:util'

/** What is wrong, in one line; of the system in its own words, for example `address already in use (EADDRINUSE)`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (!('code' in error && 'errno' in error && typeof error.errno === 'number'))
    return error.message.replaceAll('\n', ' ')
  return `${getSystemErrorMessage(error.errno)} (${error.code})`
}
