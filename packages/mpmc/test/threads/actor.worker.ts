/** Plays the part of an actor, and answers what it answers. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Part } from './start.ts'

const part = workerData as Part
const actors = await import('./actors.ts')
const act: (part: never, say: (word: string) => void) => unknown = actors[part.actor]
const result = await act(part as never, (said) => parentPort?.postMessage({ said }))
parentPort?.postMessage({ result })
