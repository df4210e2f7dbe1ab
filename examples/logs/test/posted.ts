import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Report } from '../src/api.ts'
import type { Entry } from '../src/entry.ts'
import { listFiles } from '../src/folder.ts'
import { Ledger } from '../src/ledger.ts'

/** Reads a folder as `analyse` does, with `postMessage` in place of the channels: nothing holds the threads back, and nobody expects a death. */
export async function analysePosted(folder: string, threads: number, batch: number): Promise<Report> {
  const { files, problems } = await listFiles(folder)
  const ledger = new Ledger(files, problems)
  const names = files.map(({ name }) => name)
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL('./posted.worker.ts', import.meta.url), { workerData: { folder, batch } })
    worker.postMessage(names.shift())
    worker.on('message', (entries: Entry[] | 'next') => {
      if (entries === 'next') worker.postMessage(names.shift())
      else for (const entry of entries) ledger.take(entry)
    })
    return once(worker, 'exit')
  })
  await Promise.all(workers)
  return ledger.report()
}
