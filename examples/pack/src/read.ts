import type { Problem } from './api.ts'
import { reasonOf, systemCode } from './errors.ts'
import { type BytePath, fsPath, joinPath } from './names.ts'
import { openRegular } from './regular.ts'
import type { Identity, WalkedFile } from './walk.ts'

const CHANGED = 'changed while it was read'

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
    const handle = await openRegular(fsPath(joinPath(root, file.path)))
    if (handle === undefined) return { path: file.path, reason: CHANGED }
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
        return { path: file.path, reason: CHANGED }
      }
      return undefined
    } finally {
      await handle.close()
    }
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return { path: file.path, reason: code === 'ENOENT' ? 'vanished before it was read' : reasonOf(error) }
  }
}

function isSame(a: Identity, b: Identity): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.dev === b.dev
}
