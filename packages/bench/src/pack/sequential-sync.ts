import { closeSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CHUNK } from '@millrace/example-pack/src/api.ts'
import { fsPath, joinPath } from '@millrace/example-pack/src/names.ts'
import { objectName } from '@millrace/example-pack/src/store.ts'
import { digest } from './digest.ts'
import { packListed } from './frame.ts'
import type { PackFolder } from './packer.ts'

/** One thing after the other, and the thread never leaves the work on the contents: the most one thread can do. */
export const packFolder: PackFolder = (job) => {
  const memory = new Uint8Array(CHUNK)
  return packListed(job, async (root, store, file) => {
    const hashes: string[] = []
    const input = openSync(fsPath(joinPath(root, file.path)), 'r')
    try {
      for (let offset = 0; offset < file.size; offset += CHUNK) {
        const bytes = memory.subarray(0, Math.min(CHUNK, file.size - offset))
        readFully(input, bytes, offset)
        const { hash, packed } = digest(bytes, store.path, job.level)
        if (packed !== undefined) writeObject(store.path, hash, packed)
        hashes.push(hash)
      }
    } finally {
      closeSync(input)
    }
    return hashes
  })
}

function readFully(file: number, bytes: Uint8Array, offset: number): void {
  let filled = 0
  while (filled < bytes.length) {
    const count = readSync(file, bytes, filled, bytes.length - filled, offset + filled)
    if (count === 0) throw new Error('a file changed while it was read')
    filled += count
  }
}

/** What the store does for the others: temporary name, sync, rename. */
function writeObject(store: string, hash: string, packed: Uint8Array): void {
  const temporary = join(store, 'tmp', hash)
  const output = openSync(temporary, 'wx')
  try {
    for (let written = 0; written < packed.length; ) written += writeSync(output, packed, written)
    fsyncSync(output)
  } finally {
    closeSync(output)
  }
  const target = join(store, objectName(hash))
  mkdirSync(dirname(target), { recursive: true })
  renameSync(temporary, target)
}
