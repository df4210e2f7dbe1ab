import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Value } from '@millrace/channel'
import { build } from 'esbuild'
import { afterAll } from 'vitest'
import type { SharedHandle } from '../../src/shared.ts'
import type * as actors from './actors.ts'

/** What an actor is told when it starts. */
export interface Part<T extends Value = Value> {
  readonly actor: keyof typeof actors
  readonly handle: SharedHandle<T>
  readonly [option: string]: unknown
}

/** An actor in a thread of its own. */
export interface Thread {
  readonly worker: Worker
  /** What the actor answers; rejects with what it throws. */
  readonly result: Promise<unknown>
  /** Resolves when the thread is gone, however it ended. */
  readonly gone: Promise<void>
  /** Resolves once the actor has said this. */
  says(word: string): Promise<void>
  /** Kills the thread wherever it is, and resolves when it is gone. */
  kill(): Promise<void>
}

// In one file, since loading an actor from its sources takes ten times as long as its part.
const folder = mkdtempSync(join(tmpdir(), 'millrace-actors-'))
const script = join(folder, 'actor.worker.mjs')
await build({
  entryPoints: [join(import.meta.dirname, 'actor.worker.ts')],
  outfile: script,
  bundle: true,
  platform: 'node',
  format: 'esm',
  conditions: ['@millrace/source'],
  logLevel: 'warning',
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Starts an actor. */
export function start<T extends Value>(part: Part<T>): Thread {
  const worker = new Worker(script, { workerData: part })
  const said = new Map<string, PromiseWithResolvers<void>>()
  const wordOf = (word: string): PromiseWithResolvers<void> => {
    const entry = said.get(word) ?? Promise.withResolvers<void>()
    said.set(word, entry)
    return entry
  }
  const { promise: result, resolve, reject } = Promise.withResolvers<unknown>()
  result.catch(() => {}) // Whoever looks at the result gets the error; a thread may also be killed on purpose.
  worker.on('message', (message: { said: string } | { result: unknown }) =>
    'said' in message ? wordOf(message.said).resolve() : resolve(message.result),
  )
  worker.on('error', reject)
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  gone.then(() => reject(new Error('the thread is gone')))
  const kill = async (): Promise<void> => {
    await worker.terminate()
    await gone
  }
  return { worker, result, gone, kill, says: (word) => wordOf(word).promise }
}
