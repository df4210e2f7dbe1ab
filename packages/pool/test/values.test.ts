import { describe, expect, test } from 'vitest'
import { pool, rejection } from './support.ts'

const failures: Record<string, unknown> = { null: null, zero: 0, text: 'text', record: { a: 1 }, NaN: Number.NaN }

function wordlessError(): Error {
  return Object.defineProperty(new Error(), 'message', {
    get() {
      throw new Error('no message')
    },
  })
}

describe('a thrown value', () => {
  for (const [name, value] of Object.entries(failures)) {
    test(`${name} arrives as the same rejection`, async () => {
      expect(await rejection(pool({ threads: 1 }).run('fail', [value]))).toEqual(value)
    })
  }

  test('undefined arrives as the same rejection', async () => {
    expect(await rejection(pool({ threads: 1 }).run('failWith', ['undefined']))).toBe(undefined)
  })

  for (const kind of ['rich', 'hidden-getter'] as const) {
    test(`keeps class, name, code, cause and own fields of an error, and drops what cannot be cloned (${kind})`, async () => {
      const error = await rejection(pool({ threads: 1 }).run('failWith', [kind]))
      expect(error).toBeInstanceOf(TypeError)
      expect(error).toMatchObject({
        name: 'RichError',
        message: 'rich',
        code: 'ERICH',
        path: '/tmp/x',
        cause: { message: 'root', code: 'EROOT' },
        stack: expect.stringContaining('tasks.ts'),
      })
      expect(Object.keys(error as object).sort()).toEqual(['code', 'path'])
    })
  }

  test('keeps the errors of an AggregateError', async () => {
    const error = await rejection(pool({ threads: 1 }).run('failWith', ['aggregate']))
    expect(error).toBeInstanceOf(AggregateError)
    expect(error).toMatchObject({ message: 'many', errors: [{ name: 'RangeError', message: 'one' }, 2] })
  })

  test('may be its own cause', async () => {
    expect(await rejection(pool({ threads: 1 }).run('failWith', ['circle']))).toMatchObject({ message: 'round' })
  })

  test('is read once, so that what cannot be read again arrives too', async () => {
    const tasks = pool({ threads: 1 })
    expect(await rejection(tasks.run('failWith', ['once']))).toEqual({ word: 'once' })
    expect(await rejection(tasks.run('failWith', ['once-field']))).toMatchObject({ field: { word: 'once' } })
    expect(tasks.metrics().crashes).toBe(0)
  })

  test('that has neither a clone nor a text is named all the same', async () => {
    const tasks = pool({ threads: 1 })
    expect(await rejection(tasks.run('failWith', ['wordless']))).toMatchObject({ code: 'uncloneable' })
    expect(tasks.metrics().crashes).toBe(0)
  })

  test('that cannot be cloned is named', async () => {
    expect(await rejection(pool({ threads: 1 }).run('failWith', ['function']))).toMatchObject({
      code: 'uncloneable',
      message: expect.stringContaining('the thrown value of task "failWith"'),
    })
  })
})

describe('a value that cannot be cloned', () => {
  test('as an argument rejects, and frees the thread', async () => {
    const tasks = pool({ threads: 1 })
    expect(await rejection(tasks.run('echo', [() => {}]))).toMatchObject({
      code: 'uncloneable',
      message: expect.stringMatching(/^an argument of task "echo" cannot be cloned: .+/),
      cause: { name: 'DataCloneError' },
    })
    expect(await tasks.run('echo', [1])).toBe(1)
    expect(tasks.metrics()).toMatchObject({ running: 0, liveThreads: 1 })
  })

  test('because a getter throws rejects with what it threw as the cause', async () => {
    const tasks = pool({ threads: 1 })
    const trap = {
      get bad(): never {
        throw new RangeError('trap')
      },
    }
    expect(await rejection(tasks.run('echo', [trap]))).toMatchObject({
      code: 'uncloneable',
      cause: { message: 'trap' },
    })
    expect(await tasks.run('echo', [1])).toBe(1)
  })

  test('because a getter throws what has no text rejects all the same', async () => {
    const tasks = pool({ threads: 1 })
    for (const thrown of [Object.create(null), { toString: 1 }, wordlessError()]) {
      const trap = {
        get bad(): never {
          throw thrown
        },
      }
      const error = await rejection(tasks.run('echo', [trap]))
      expect(error).toMatchObject({ code: 'uncloneable', message: expect.stringContaining('of task "echo"') })
      expect((error as Error).cause).toBe(thrown)
    }
  })

  test('as a result rejects naming the task', async () => {
    const tasks = pool({ threads: 1 })
    expect(await rejection(tasks.run('uncloneable', []))).toMatchObject({
      code: 'uncloneable',
      message: expect.stringMatching(/^the result of task "uncloneable" cannot be cloned: .+/),
      cause: { name: 'DataCloneError' },
    })
    expect(await tasks.run('echo', [1])).toBe(1)
  })
})

describe('a Buffer', () => {
  test('arrives as a Buffer and brings only its own bytes', async () => {
    const tasks = pool({ threads: 1 })
    const expected = { isBuffer: true, text: 'small', memoryBytes: 5 }
    expect(await tasks.run('memoryOf', [Buffer.from('small')])).toEqual(expected)
    expect(await tasks.run('memoryInside', [{ bytes: Buffer.from('small') }])).toEqual(expected)
    const inArray = (await tasks.run('echo', [[Buffer.from('small')]])) as Buffer[]
    expect([Buffer.isBuffer(inArray[0]), inArray[0]?.toString()]).toEqual([true, 'small'])
  })

  test('comes back as a Buffer that brings only its own bytes', async () => {
    const tasks = pool({ threads: 1 })
    const small = await tasks.run('smallBuffer', ['small'])
    expect([Buffer.isBuffer(small), small.toString(), small.buffer.byteLength]).toEqual([true, 'small', 5])
    const { bytes } = await tasks.run('smallBufferInside', ['small'])
    expect([Buffer.isBuffer(bytes), bytes.toString(), bytes.buffer.byteLength]).toEqual([true, 'small', 5])
  })

  test('leaves what the caller holds as it was', async () => {
    const bytes = Buffer.from('small')
    const holder = { bytes }
    await pool({ threads: 1 }).run('memoryInside', [holder])
    expect([holder.bytes === bytes, bytes.toString()]).toEqual([true, 'small'])
  })

  test('in shared memory stays shared', async () => {
    const bytes = Buffer.from(new SharedArrayBuffer(16), 4, 4)
    expect(await pool({ threads: 1 }).run('memoryOf', [bytes])).toMatchObject({ isBuffer: true, memoryBytes: 16 })
  })
})

describe('transfer', () => {
  test('moves an argument', async () => {
    const bytes = Buffer.from(new ArrayBuffer(1_000))
    const moved = await pool({ threads: 1 }).run('memoryOf', [bytes.subarray(10, 12)], { transfer: [bytes.buffer] })
    expect([moved.isBuffer, moved.memoryBytes, bytes.byteLength]).toEqual([true, 1_000, 0])
  })

  test('of the slab that small Buffers share is refused and detaches nothing', async () => {
    const tasks = pool({ threads: 1 })
    const [one, other] = [Buffer.from('one'), Buffer.from('other')]
    const error = await rejection(tasks.run('memoryOf', [one], { transfer: [one.buffer] }))
    expect([one.toString(), other.toString(), error]).toMatchObject(['one', 'other', { code: 'uncloneable' }])
  })

  for (const inThread of [false, true]) {
    const where = inThread ? 'the calling thread' : 'a thread'
    test(`for a name that is not exported detaches nothing (${where})`, async () => {
      const tasks = pool({ threads: 1, inThread })
      for (const name of ['nothing', 'constant'] as const) {
        const bytes = new Uint8Array(8)
        const error = await rejection(tasks.run(name as 'memoryOf', [bytes], { transfer: [bytes.buffer] }))
        expect(error).toBeInstanceOf(TypeError)
        expect(String(error)).toMatch(new RegExp(`"${name}" is not a function that .*; it exports .*memoryOf`))
        expect([bytes.length, tasks.metrics().failed, tasks.metrics().running]).toEqual([
          8,
          tasks.metrics().submitted,
          0,
        ])
      }
      expect(await tasks.run('memoryOf', ['x'])).toMatchObject({ isBuffer: false })
    })
  }

  test('reaches what a CommonJS module exports under names its loader cannot see', async () => {
    const tasks = pool({ threads: 1 }, new URL('./fixtures/tasks.cjs', import.meta.url))
    const bytes = new Uint8Array(8)
    const length = await tasks.run('lengthOf' as 'echo', [bytes], { transfer: [bytes.buffer] })
    expect([length, bytes.length]).toEqual([8, 0])
  })

  test('of a result moves it out of the thread', async () => {
    const tasks = pool({ threads: 1 })
    const bytes = await tasks.run('moveOut', [100])
    expect([bytes.length, bytes[99], await tasks.run('keptLength', [])]).toEqual([100, 7, 0])
  })
})
