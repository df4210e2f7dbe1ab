/** What a user may name as folder, store and place to restore to; everything else is refused before anything is written. */
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { PackError, reasonOf, systemCode } from './errors.ts'
import { makeFolder } from './make-folder.ts'
import { type BytePath, bytePath, fsPath, latin1, printableText } from './names.ts'
import { isStore } from './store.ts'

/** The real path of the folder to pack. Throws `PackError`, code `usage`, if it cannot be packed into `store`. */
export async function packSource(folder: string, store: string): Promise<BytePath> {
  const root = await realFolder(folder, 'folder')
  const target = await realpath(fsPath(bytePath(store)), { encoding: 'latin1' }).catch(() => undefined)
  if (target === root) throw new PackError('usage', `${printableText(folder)} cannot be packed into itself`)
  if (target !== undefined && root.startsWith(`${target}/`)) {
    throw new PackError('usage', `cannot use ${printableText(store)} as the store: the folder to pack lies in it`)
  }
  return root
}

/** Checks that a store is there. Throws `PackError`, code `usage`, if not. */
export async function checkStore(store: string): Promise<void> {
  await realFolder(store, 'store')
  if ((await isStore(store)) !== true) throw new PackError('usage', `${printableText(store)} is not a store`)
}

/**
 * The real path of an empty folder at `folder`, made if need be. Throws `PackError`, code `usage`, if it is not empty or lies
 * in the store.
 */
export async function emptyFolder(folder: string, store: string): Promise<BytePath> {
  const path = resolve(folder)
  try {
    if (`${await realTarget(path)}/`.startsWith(`${await realpath(store)}/`)) {
      throw new PackError('usage', `cannot restore to ${printableText(folder)}: it lies in the store`)
    }
    await makeFolder(path)
    if ((await readdir(path)).length === 0) return latin1(await realpath(path, { encoding: 'latin1' }))
  } catch (error) {
    if (error instanceof PackError) throw error
    if (systemCode(error) === 'EEXIST') throw new PackError('usage', `not a folder: ${printableText(folder)}`)
    throw new PackError('usage', `cannot restore to ${printableText(folder)}: ${reasonOf(error)}`, { cause: error })
  }
  throw new PackError('usage', `cannot restore to ${printableText(folder)}: it is not empty`)
}

/** Where a folder would be if it were made. */
async function realTarget(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(path) === path) throw error
    return join(await realTarget(dirname(path)), basename(path))
  }
}

async function realFolder(folder: string, what: string): Promise<BytePath> {
  const name = printableText(folder)
  try {
    const path = await realpath(fsPath(bytePath(folder)), { encoding: 'latin1' })
    if (!(await stat(fsPath(latin1(path)))).isDirectory()) throw new PackError('usage', `not a folder: ${name}`)
    await readdir(fsPath(latin1(path)), { encoding: 'latin1' })
    return latin1(path)
  } catch (error) {
    if (error instanceof PackError) throw error
    const code = systemCode(error)
    if (code === 'ENOENT') throw new PackError('usage', `no such ${what}: ${name}`, { cause: error })
    if (code === 'ENOTDIR') throw new PackError('usage', `not a folder: ${name}`, { cause: error })
    throw new PackError('usage', `cannot read the ${what} ${name}: ${reasonOf(error)}`, { cause: error })
  }
}
