import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Problem } from './api.ts'
import { reasonOf, systemCode } from './errors.ts'
import { type BytePath, fsPath, joinPath } from './names.ts'
import type { Identity, WalkedFile } from './walk.ts'

// A link or FIFO put in the file's place after the walk is not followed and does not block.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Reads `length` bytes of a file from `offset` on into `memory`, which has room for one more. Says why if they are not
 * the bytes of the file the walk met.
 *
 * The file is compared with the walk's view of it after the read: if nothing differs, it is the same file, and nothing was
 * written in between, so every chunk read so is of the same state. That rests on ctime, which every write moves and no
 * program sets; a write within one tick of the system's clock (some milliseconds on old kernels) may leave it the same. One byte more than the file should have is asked for at its end, which finds
 * files that are longer than they say, as those in /proc are.
 */
export async function readChunk(
  root: BytePath,
  file: WalkedFile,
  offset: number,
  length: number,
  memory: ArrayBuffer,
): Promise<Problem | undefined> {
  const isLast = offset + length === file.size
  const buffer = new Uint8Array(memory, 0, isLast ? length + 1 : length)
  try {
    const handle = await open(fsPath(joinPath(root, file.path)), OPEN_FLAGS)
    try {
      let filled = 0
      while (filled < buffer.length) {
        const wanted = buffer.length - filled
        const { bytesRead } = await handle.read(buffer, filled, wanted, offset + filled)
        filled += bytesRead
        // Less than was asked for: the end of the file, where it should be or before.
        if (bytesRead === 0 || (bytesRead < wanted && filled === length)) break
      }
      if (filled !== length || !isSame(file.identity, await handle.stat({ bigint: true }))) {
        return { path: file.path, reason: 'changed while it was read' }
      }
      return undefined
    } finally {
      await handle.close()
    }
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    const reason =
      code === 'ENOENT'
        ? 'vanished before it was read'
        : code === 'ELOOP'
          ? 'changed while it was read'
          : reasonOf(error)
    return { path: file.path, reason }
  }
}

function isSame(a: Identity, b: Identity): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.dev === b.dev
}
