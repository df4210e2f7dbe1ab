import { Worker } from 'node:worker_threads'
import type { Work } from './entry.ts'

/** How threads are started, and who is told that one is gone, and why if that was too early. */
export interface CrewOptions {
  readonly work: Work
  readonly heapMb: number | undefined
  readonly onGone: (thread: number, reason: string) => void
}

/** The threads that read. */
export class Crew {
  readonly #options: CrewOptions
  readonly #workers = new Set<Worker>()

  constructor(options: CrewOptions) {
    this.#options = options
  }

  /** Starts one more. */
  start(): void {
    const { work, heapMb, onGone } = this.#options
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: work,
      ...(heapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMb } }),
    })
    const thread = worker.threadId
    let reason = ''
    this.#workers.add(worker)
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error)
    })
    worker.on('exit', (code) => {
      this.#workers.delete(worker)
      onGone(thread, `its thread died: ${reason || `exit code ${code}`}`)
    })
  }

  /** Ends them all, wherever they are. */
  async terminate(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.terminate()))
  }
}
