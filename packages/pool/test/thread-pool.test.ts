import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type ThreadPool, threadPool } from '@millrace/pool'
import { move, task } from '@millrace/pool/thread'
import { describe, expect, test } from 'vitest'
import { pool, rejection, tasksUrl } from './support.ts'

describe('threadPool', () => {
  const places = { 'a URL': tasksUrl, 'a file: text': tasksUrl.href, 'an absolute path': fileURLToPath(tasksUrl) }
  for (const [what, module] of Object.entries(places)) {
    test(`takes the module as ${what}`, async () => {
      expect(await pool({ threads: 1 }, module).run('add', [1, 2])).toBe(3)
    })
  }

  test('runs a CommonJS module, also exports its loader cannot see', async () => {
    const tasks: ThreadPool = threadPool(new URL('./fixtures/tasks.cjs', import.meta.url), { threads: 1 })
    expect(await tasks.run('double', [4])).toBe(8)
    expect(await tasks.run('nameOf', [])).toBe('nameOf')
    expect(await rejection(tasks.run('treble', []))).toMatchObject({
      message: expect.stringMatching(/; it exports double, nameOf, lengthOf$/),
    })
    await tasks.shutdown()
  })

  for (const module of [undefined, null, './tasks.ts', 'tasks', '', 1, {}, new URL('https://example.com/tasks.js')]) {
    test(`refuses ${String(module)} as a module`, () => {
      expect(() => threadPool(module as string)).toThrow(
        /^module: expected a file: or data: URL or an absolute path, got /,
      )
      expect(() => threadPool(module as string)).toThrow(TypeError)
    })
  }

  test('shows a URL it refuses by its href', () => {
    expect(() => threadPool(new URL('https://example.com/tasks.js'))).toThrow(/got https:\/\/example\.com\/tasks\.js$/)
  })

  test('leaves nothing behind when it is dropped before its first task', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const dropped = new WeakRef(threadPool(tasksUrl))
    for (let turns = 0; turns < 50 && dropped.deref() !== undefined; turns++) {
      await new Promise((resolve) => setImmediate(resolve))
      collect()
    }
    expect(dropped.deref()).toBeUndefined()
  })

  const counts = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]
  const wrong: [option: string, values: readonly unknown[], type: typeof TypeError | typeof RangeError][] = [
    ['threads', counts, RangeError],
    ['maxPending', counts, RangeError],
    ['runTimeoutMs', [0, -1, Number.NaN], RangeError],
    ['cancelGraceMs', [-1, Number.NaN, Number.POSITIVE_INFINITY], RangeError],
    ['threads', ['2', null, {}], TypeError],
    ['maxPending', ['2', null], TypeError],
    ['runTimeoutMs', ['2', null], TypeError],
    ['cancelGraceMs', ['2', null], TypeError],
    ['overflow', ['drop', null, 1], TypeError],
    ['name', [1, null], TypeError],
    ['resourceLimits', [1, null], TypeError],
    ['thread', [1], TypeError],
  ]
  for (const [option, values, type] of wrong) {
    test(`refuses a wrong ${option} with a ${type.name} naming it`, () => {
      for (const value of values) {
        expect(() => threadPool(tasksUrl, { [option]: value })).toThrow(type)
        expect(() => threadPool(tasksUrl, { [option]: value })).toThrow(option)
      }
    })
  }

  test('names the field of wrong resourceLimits', () => {
    const maker = (limits: object) => () => threadPool(tasksUrl, { resourceLimits: limits })
    expect(maker({ maxOldGenerationSizeMb: -1 })).toThrow(/^resourceLimits\.maxOldGenerationSizeMb: .* got -1$/)
    expect(maker({ maxOldGenerationSize: 1 })).toThrow(/^maxOldGenerationSize: /)
  })

  test('refuses resourceLimits that would end the process, and lives on with small ones', async () => {
    for (const limits of [{ maxOldGenerationSizeMb: 7.9 }, { stackSizeMb: 0.4 }]) {
      const [name, value] = Object.entries(limits)[0] ?? []
      expect(() => threadPool(tasksUrl, { resourceLimits: limits })).toThrow(RangeError)
      expect(() => threadPool(tasksUrl, { resourceLimits: limits })).toThrow(
        new RegExp(`^resourceLimits\\.${name}: expected at least .* got ${value}$`),
      )
    }
    const small = { maxOldGenerationSizeMb: 16, stackSizeMb: 0.5, maxYoungGenerationSizeMb: 0.1, codeRangeSizeMb: 0.1 }
    const tasks = pool({ threads: 1, resourceLimits: small })
    expect(await tasks.run('add', [1, 2])).toBe(3)
    expect(await rejection(tasks.run('recurse', []))).toMatchObject({ name: 'RangeError' })
    const tooSmall = pool({ threads: 1, resourceLimits: { maxOldGenerationSizeMb: 8 } })
    await tooSmall.run('add', [1, 2]).catch((error) => expect(error).toMatchObject({ name: 'PoolError' }))
  })

  test('takes undefined for an option that is not given', async () => {
    const none = { threads: undefined, maxPending: undefined, overflow: undefined, runTimeoutMs: undefined }
    const tasks = pool({ ...none, cancelGraceMs: undefined, resourceLimits: undefined, name: undefined })
    const options = { signal: undefined, timeoutMs: undefined, runTimeoutMs: undefined, transfer: undefined }
    expect(await tasks.run('add', [1, 2], options)).toBe(3)
    await tasks.shutdown({ timeoutMs: undefined })
  })
})

describe('a wrong call', () => {
  const wrong: [call: string, options: unknown, error: RegExp][] = [
    ['a misspelled option', { singal: 1 }, /^singal: (submit|run) has no such option/],
    ['a priority that is none', { priority: Number.NaN }, /^priority: /],
    ['a wrong signal', { signal: {} }, /^signal: /],
    ['a wrong timeoutMs', { timeoutMs: -1 }, /^timeoutMs: /],
    ['a wrong runTimeoutMs', { runTimeoutMs: 0 }, /^runTimeoutMs: /],
    ['a wrong transfer', { transfer: 1 }, /^transfer: /],
    ['options that are none', null, /^(submit|run): /],
  ]
  for (const [call, options, message] of wrong) {
    test(`with ${call} rejects and runs nothing`, async () => {
      const tasks = pool()
      for (const method of ['submit', 'run'] as const) {
        expect(await rejection(tasks[method]('add', [1, 2], options as object))).toMatchObject({
          name: expect.stringMatching(/^(Type|Range)Error$/),
          message: expect.stringMatching(message),
        })
      }
      expect(tasks.metrics()).toMatchObject({ liveThreads: 0, pending: 0 })
    })
  }

  test('names the verb that was called', async () => {
    for (const verb of ['submit', 'run'] as const) {
      const message = `singal: ${verb} has no such option; it has signal, timeoutMs, runTimeoutMs, priority, key, retry, transfer`
      expect(await rejection(pool()[verb]('add', [1, 2], { singal: 1 } as object))).toEqual(new TypeError(message))
    }
  })

  test('of trySubmit, which does not wait, throws for timeoutMs', () => {
    const late = { timeoutMs: 1 } as object
    expect(() => pool().trySubmit('add', [1, 2], late)).toThrow(/^timeoutMs: trySubmit has no such option/)
  })

  test('of wait or idle rejects', async () => {
    const tasks = pool({ threads: 1 })
    const task = await tasks.submit('add', [1, 2])
    for (const [verb, call] of [
      ['wait', (options: object) => task.wait(options)],
      ['idle', (options: object) => tasks.idle(options)],
    ] as const) {
      const misspelled = new TypeError(`timeout: ${verb} has no such option; it has signal, timeoutMs`)
      expect(await rejection(call({ timeout: 1 }))).toEqual(misspelled)
      expect(await rejection(call({ timeoutMs: -1 }))).toMatchObject({ name: 'RangeError' })
    }
    expect(await task.result).toBe(3)
  })

  test('without a name or an array of arguments rejects', async () => {
    const tasks = pool()
    expect(await rejection(tasks.run(undefined as never, []))).toMatchObject({ name: 'TypeError' })
    expect(await rejection(tasks.run('add', 1 as never))).toMatchObject({ name: 'TypeError' })
  })

  test('of shutdown rejects and shuts nothing down', async () => {
    const tasks = pool({ threads: 1 })
    expect(await rejection(tasks.shutdown({ timeoutMs: Number.NaN }))).toMatchObject({ name: 'RangeError' })
    expect(await rejection(tasks.shutdown({ timeout: 1 } as object))).toMatchObject({ name: 'TypeError' })
    expect(await tasks.run('add', [1, 2])).toBe(3)
  })
})

describe('task', () => {
  test('knows the task its caller belongs to, also after an await', async () => {
    const submitted = await pool({ threads: 1 }).submit('context', [])
    expect(await submitted.result).toEqual({ id: submitted.id, name: 'context' })
  })

  test('outside of a pool has a signal that never aborts', () => {
    expect([task().id, task().signal.aborted]).toEqual([0, false])
  })

  test('throws in a thread outside of a task', async () => {
    const thread = new URL('../src/thread.ts', import.meta.url).href
    const tasks = pool({ threads: 1 }, `data:text/javascript,import { task } from '${thread}'; task()`)
    expect(await rejection(tasks.run('add', [1, 2]))).toMatchObject({
      code: 'load-failed',
      cause: { name: 'TypeError', message: expect.stringMatching(/^task: /) },
    })
  })
})

describe('move', () => {
  test('refuses a transfer list that is no array', () => {
    expect(() => move(1, undefined as never)).toThrow(/^transferList: expected an array, got undefined/)
  })
})
