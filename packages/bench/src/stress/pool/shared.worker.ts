/** Keeps a priority pool for other threads. */
import { parentPort, workerData } from 'node:worker_threads'
import { sharedPriorityPool } from '@millrace/pool/shared'
import { itemCodec, type OwnerPart } from './shared.ts'

const { capacity, payloadBytes } = workerData as OwnerPart
const codec = itemCodec(payloadBytes)
parentPort?.postMessage(sharedPriorityPool({ capacity, codec, priority: ({ priority }) => priority }).handle)
