import { parentPort } from 'node:worker_threads'
import { type FolderLock, lockFolder } from '../src/log/lock.ts'

/** Takes the lock of a folder at a moment that others have been told, too, and keeps it until it is told to give it back. */
let lock: FolderLock | undefined

parentPort?.on('message', ({ path, atMs }: { path?: string; atMs?: number }) => {
  if (path === undefined || atMs === undefined) {
    lock?.release()
    lock = undefined
    parentPort?.postMessage('released')
    return
  }
  while (performance.timeOrigin + performance.now() < atMs) {
    // All begin at the same moment.
  }
  try {
    lock = lockFolder(path, () => {})
    parentPort?.postMessage('won')
  } catch (error) {
    parentPort?.postMessage((error as { code?: string }).code ?? String(error))
  }
})
