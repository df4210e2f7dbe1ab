import { workerData } from 'node:worker_threads'
import type { ThreadData } from './thread/messages.ts'
import { serve } from './thread/serve.ts'

void serve(workerData as ThreadData)
