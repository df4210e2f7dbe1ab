import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from './errors.ts'

/**
 * Makes a folder and the folders it is in, those that are not there; answers with what was made, outermost first. Throws
 * what the system says.
 *
 * Node's own `recursive` never ends where a folder's parent is there and takes no folders, as /proc is.
 */
export async function makeFolder(path: string): Promise<string[]> {
  const parent = dirname(path)
  try {
    return await make(path)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || parent === path) throw error
  }
  const made = await makeFolder(parent)
  return [...made, ...(await make(path))]
}

async function make(path: string): Promise<string[]> {
  try {
    await mkdir(path)
    return [path]
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && (await isFolder(path))) return []
    throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}
