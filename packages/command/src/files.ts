import { readFileSync } from 'node:fs'
import { oneLine } from './printable.ts'
import { reasonOf } from './reason.ts'

/** The text of the file that an option names. */
export function readText(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`${option}: cannot read ${oneLine(file)}: ${reasonOf(error)}`, { cause: error })
  }
}
