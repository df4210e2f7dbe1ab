import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { systemCode } from './errors.ts'

const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Opens a file for reading; `undefined` if a link, a FIFO, a directory or anything else but a regular file is there. A
 * link is not followed, and nothing is waited for.
 */
export async function openRegular(path: string | Buffer): Promise<FileHandle | undefined> {
  let file: FileHandle | undefined
  try {
    file = await open(path, OPEN_FLAGS)
    if ((await file.stat()).isFile()) return file
  } catch (error) {
    const code = systemCode(error)
    // A link, and a socket.
    if (code !== 'ELOOP' && code !== 'ENXIO') {
      await file?.close()
      throw error
    }
  }
  await file?.close()
  return undefined
}
