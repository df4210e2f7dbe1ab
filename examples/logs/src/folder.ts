import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from './api.ts'
import { reasonOf } from './entry.ts'
import { LogsError } from './errors.ts'

/** A file to read, with its bytes on disk. */
export interface LogFile {
  readonly name: string
  readonly bytes: number
}

/**
 * The regular files right in a folder, largest first, so that no thread begins a large one when the others are done.
 *
 * Throws `LogsError` if the folder cannot be read or has none.
 */
export async function listFiles(folder: string): Promise<{ files: LogFile[]; problems: Problem[] }> {
  const files: LogFile[] = []
  const problems: Problem[] = []
  for (const name of await namesIn(folder)) {
    try {
      const stats = await stat(join(folder, name))
      if (stats.isFile()) files.push({ name, bytes: stats.size })
    } catch (error) {
      problems.push({ file: name, reason: reasonOf(error), requests: 0 })
    }
  }
  if (files.length + problems.length === 0) throw new LogsError(`no files in ${folder}`)
  return { files: files.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1)), problems }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    throw new LogsError(`cannot read the folder: ${reasonOf(error)}`, { cause: error })
  }
}
