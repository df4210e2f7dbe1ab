import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it, if they are not there, so that they outlive the machine.
 *
 * Not `mkdirSync` with `recursive`: that never returns where the system says that the folder above is missing, and it is not, as in `/proc`.
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') {
      if (statSync(path).isDirectory()) return
      throw Object.assign(new Error(`${path} is no folder`), { code: 'ENOTDIR' })
    }
    const above = dirname(resolve(path))
    if (code !== 'ENOENT' || existsSync(above)) throw error
    makeFolder(above)
    mkdirSync(path)
  }
  keepName(path)
}

function keepName(path: string): void {
  if (process.platform === 'win32') return // Folders cannot be opened there, and need not be.
  const folder = openSync(dirname(resolve(path)), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
