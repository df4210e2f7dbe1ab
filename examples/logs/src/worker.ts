/** Runs in each thread: takes the next name, reads the file, tells what is in it. */
import { join } from 'node:path'
import { threadId, workerData } from 'node:worker_threads'
import { ClosedError, CutShortError } from '@millrace/channel'
import { attachReceiver } from '@millrace/mpmc/shared'
import { attachSender, type SharedSender } from '@millrace/mpsc/shared'
import { type Entry, plainEntry, reasonOf, textEntries, toBytes, type Work } from './entry.ts'
import { readEntries } from './read.ts'

async function tell(path: string, entries: SharedSender<Entry>): Promise<void> {
  try {
    // Waits while the thread that counts is behind, and so does the file.
    for await (const batch of readEntries(path, threadId)) await entries.sendMany(batch)
    await entries.send(plainEntry('ended', threadId))
  } catch (error) {
    // Throws if nobody listens any more, which ends the thread.
    await entries.sendMany(textEntries('failed', threadId, toBytes(reasonOf(error))))
  }
}

async function work(): Promise<void> {
  const { folder, names, entries } = workerData as Work
  const sender = attachSender(entries)
  for await (const name of attachReceiver(names)) {
    await sender.sendMany(textEntries('began', threadId, toBytes(name)))
    await tell(join(folder, name), sender)
  }
}

try {
  await work()
} catch (error) {
  const isOver = error instanceof ClosedError || (error instanceof CutShortError && error.cause instanceof ClosedError)
  if (!isOver) throw error
}
