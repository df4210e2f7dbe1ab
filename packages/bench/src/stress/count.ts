import { InvalidArgumentError } from 'commander'

/** Reads an option that counts something. */
export function count(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= 1) return number
  throw new InvalidArgumentError('An integer from 1 is needed.')
}
