import { setTimeout as sleep } from 'node:timers/promises'
import type { ProbedPool } from './pools.ts'

/** One question to a pool: resolves if it passes, rejects with why it does not. */
export interface Probe {
  readonly claim: string
  readonly threads: number
  /** Whether the process is to end by itself afterwards, with the pool left open. */
  readonly isLeftOpen?: boolean
  ask(pool: ProbedPool): Promise<void>
}

/** All questions. */
export const PROBES: readonly Probe[] = [
  {
    claim: 'a task whose thread exits rejects, and the next ones run',
    threads: 1,
    async ask(pool) {
      await failureOf(pool.run('exit'))
      is(await pool.run('echo', 1), 1)
    },
  },
  {
    claim: 'tasks queued behind it get their own answers, without another submit',
    threads: 1,
    async ask(pool) {
      const exiting = failureOf(pool.run('exit'))
      const queued = [1, 2, 3].map((n) => pool.run('echo', n))
      await exiting
      is(await Promise.all(queued), [1, 2, 3])
    },
  },
  {
    claim: 'a thread out of memory rejects its task, and the pool goes on',
    threads: 1,
    async ask(pool) {
      await failureOf(pool.run('hog'))
      is(await pool.run('echo', 1), 1)
    },
  },
  {
    claim: 'throw null, undefined and 0 reject with just that',
    threads: 1,
    async ask(pool) {
      is(await failureOf(pool.run('throwBare', 'null')), null)
      is(await failureOf(pool.run('throwBare', 'undefined')), undefined)
      is(await failureOf(pool.run('throwBare', 'zero')), 0)
    },
  },
  {
    claim: 'an error keeps class, name, code, cause and own fields',
    threads: 1,
    async ask(pool) {
      const error = (await failureOf(pool.run('throwRich'))) as Error & { code: string; path: string }
      is([error instanceof RangeError, error.name, error.code, error.path], [true, 'RichError', 'ERICH', '/tmp'])
      is((error.cause as Error).message, 'root')
    },
  },
  {
    claim: 'an argument that cannot be sent rejects, and the pool goes on',
    threads: 1,
    async ask(pool) {
      await failureOf(Promise.resolve().then(() => pool.run('echo', () => {})))
      is(await pool.run('echo', 1), 1)
    },
  },
  {
    claim: 'a result that cannot be sent rejects, with words',
    threads: 1,
    async ask(pool) {
      const error = await failureOf(pool.run('uncloneable'))
      is(String((error as Error).message).length > 0, true)
      is(await pool.run('echo', 1), 1)
    },
  },
  {
    claim: 'a failure after the answer touches no other task, nor this process',
    threads: 1,
    async ask(pool) {
      is(await pool.run('stray'), 'answered')
      await sleep(50)
      is(await pool.run('echo', 1), 1)
    },
  },
  {
    claim: 'timers of a thread tick between tasks',
    threads: 1,
    async ask(pool) {
      await pool.run('ticked')
      await sleep(100)
      is(((await pool.run('ticked')) as number) > 5, true)
    },
  },
  {
    claim: 'a small Buffer arrives as a Buffer, without the slab around it',
    threads: 1,
    async ask(pool) {
      is(await pool.run('memoryOf', Buffer.from('x'.repeat(1_000))), [true, 1_000])
    },
  },
  {
    claim: 'an endless loop that is aborted rejects, and the next task runs',
    threads: 1,
    async ask(pool) {
      is(await pool.run('echo', 1), 1)
      await failureOf(pool.run('spin', undefined, AbortSignal.timeout(50)))
      is(await pool.run('echo', 2), 2)
    },
  },
  {
    claim: 'a pool that is closed takes no task',
    threads: 1,
    async ask(pool) {
      is(await pool.run('echo', 1), 1)
      await pool.close()
      await failureOf(Promise.resolve().then(() => pool.run('echo', 2)))
    },
  },
  {
    claim: 'a process with an idle pool ends by itself',
    threads: 1,
    isLeftOpen: true,
    async ask(pool) {
      is(await pool.run('echo', 1), 1)
    },
  },
]

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) return outcome.error
  throw new Error(`resolves with ${String(outcome.value)}`)
}

function is(value: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(value) ?? 'undefined', JSON.stringify(expected) ?? 'undefined']
  if (got !== wanted) throw new Error(`${got}, not ${wanted}`)
}
