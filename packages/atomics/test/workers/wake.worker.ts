import { workerData } from 'node:worker_threads'
import type { ObjectHandle } from '../../src/api.ts'
import { attachArena } from '../../src/arena.ts'
import { PARKED_RECEIVERS } from '../../src/kernel/layout.ts'

const { handle } = workerData as { handle: ObjectHandle }
attachArena(handle.memory).kernel.wake(handle.object + PARKED_RECEIVERS)
