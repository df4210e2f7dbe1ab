import { ThreadWorker } from 'poolifier'
import { add, echo, increment, touch, turn, work } from './tasks.ts'

// Its types want one type of argument for all tasks.
const tasks: Record<string, (argument?: unknown) => unknown> = {
  echo: (bytes) => echo(bytes as Parameters<typeof echo>[0]),
  increment: (n) => increment(n as Parameters<typeof increment>[0]),
  touch: (item) => touch(item as Parameters<typeof touch>[0]),
  // Awaited only where the function itself is async.
  turn: async (n) => turn(n as Parameters<typeof turn>[0]),
  add: (n) => add(n as Parameters<typeof add>[0]),
  work: (ms) => work(ms as Parameters<typeof work>[0]),
}

new ThreadWorker<unknown, unknown>(tasks)
