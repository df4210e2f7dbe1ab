import type { Entry } from './api.ts'
import { type BytePath, parentOf } from './names.ts'

/** Which of two paths the walk meets first: negative if it is `a`, 0 if they are the same. */
export function compareInWalk(a: BytePath, b: BytePath): number {
  if (a === b) return 0
  if (a === '.') return -1
  if (b === '.') return 1
  // A slash sorts before every byte of a name, so that a directory's contents come before its next sibling.
  return a.replaceAll('/', '\0') < b.replaceAll('/', '\0') ? -1 : 1
}

/**
 * Follows entries in the order of the walk and knows the directories they are in.
 *
 * INVARIANT  the open directories are those on the way from the root to the last entry. So whoever creates entries as
 *            they are accepted, in an empty folder, meets only directories of its own on the way to each of them.
 */
export class WalkOrder<E extends Pick<Entry, 'type' | 'path'>> {
  readonly #open: E[] = []
  #last: BytePath | undefined

  /** Whether `entry` may come next: the root first, then later paths only, each in a directory that was listed. */
  accepts({ type, path }: E): boolean {
    if (this.#last === undefined) return type === 'directory' && path === '.'
    if (compareInWalk(this.#last, path) >= 0) return false
    const parent = parentOf(path)
    return this.#open.some((directory) => directory.path === parent)
  }

  /** Takes the next entry, or with `undefined` the end; answers the directories that are left by it, deepest first. */
  next(entry: E | undefined): E[] {
    const left: E[] = []
    for (let deepest = this.#open.at(-1); deepest !== undefined; deepest = this.#open.at(-1)) {
      if (entry !== undefined && isIn(deepest.path, entry.path)) break
      this.#open.pop()
      left.push(deepest)
    }
    this.#last = entry?.path
    if (entry?.type === 'directory') this.#open.push(entry)
    return left
  }
}

function isIn(folder: BytePath, path: BytePath): boolean {
  return folder === '.' || path.startsWith(`${folder}/`)
}
