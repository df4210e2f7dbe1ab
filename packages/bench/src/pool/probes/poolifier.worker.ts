import { ThreadWorker } from 'poolifier'
import * as tasks from './tasks.ts'

// Its types want one type of argument for all tasks.
new ThreadWorker<unknown, unknown>({ ...tasks } as unknown as Record<string, (argument?: unknown) => unknown>)
