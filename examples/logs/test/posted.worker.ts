/** The same thread as `src/worker.ts` with `postMessage` in place of both channels: entries in arrays, names on request. */
import { join } from 'node:path'
import { parentPort, threadId, workerData } from 'node:worker_threads'
import { type Entry, plainEntry, reasonOf, textEntries, toBytes } from '../src/entry.ts'
import { readEntries } from '../src/read.ts'

const { folder, batch } = workerData as { readonly folder: string; readonly batch: number }

parentPort?.on('message', async (name: string | undefined) => {
  if (name === undefined) {
    parentPort?.close()
    return
  }
  let entries: Entry[] = textEntries('began', threadId, toBytes(name))
  const add = (entry: Entry): void => {
    entries.push(entry)
    if (entries.length < batch) return
    parentPort?.postMessage(entries)
    entries = []
  }
  try {
    for await (const some of readEntries(join(folder, name), threadId)) some.forEach(add)
    add(plainEntry('ended', threadId))
  } catch (error) {
    textEntries('failed', threadId, toBytes(reasonOf(error))).forEach(add)
  }
  parentPort?.postMessage(entries)
  parentPort?.postMessage('next')
})
