import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import type { Job } from './stress.worker.ts'

/** How many threads stand by: starting one takes longer than killing one. */
const STAND_BY = 3

/** A thread at work. */
export interface Hand {
  readonly job: Job
  /** Resolves with `done` when it has done its job, with `killed` once it is gone after `kill`. Rejects if it fails otherwise. */
  readonly end: Promise<'done' | 'killed'>
  /** Has it terminated wherever it is. */
  kill(): void
}

/** Threads to give jobs to. */
export class Crew {
  readonly #folder: string
  readonly #idle: Worker[] = []

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Puts the code of a thread into one file, since loading it from many takes ten times as long as its life. */
  static async gather(): Promise<Crew> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-stress-'))
    await build({
      entryPoints: [join(import.meta.dirname, 'stress.worker.ts')],
      outfile: join(folder, 'stress.worker.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['@millrace/source'],
      logLevel: 'warning',
    })
    return new Crew(folder)
  }

  /** Starts a job on a thread that stands by, or on a new one. */
  start(job: Job): Hand {
    const worker = this.#idle.shift() ?? this.#boot()
    while (this.#idle.length < STAND_BY) this.#idle.push(this.#boot())
    const { promise, resolve, reject } = Promise.withResolvers<'done' | 'killed'>()
    let isKilled = false
    const gone = (): void => (isKilled ? resolve('killed') : reject(new Error('a thread ended by itself')))
    worker.once('message', () => {
      worker.off('exit', gone).off('error', reject)
      if (!isKilled) this.#idle.push(worker)
      resolve('done')
    })
    worker.once('error', reject).once('exit', gone)
    worker.postMessage(job)
    const kill = (): void => {
      isKilled = true
      worker.terminate()
    }
    return { job, end: promise, kill }
  }

  /** Sends everybody home. */
  async dismiss(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((worker) => worker.terminate()))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #boot(): Worker {
    return new Worker(join(this.#folder, 'stress.worker.mjs'))
  }
}
