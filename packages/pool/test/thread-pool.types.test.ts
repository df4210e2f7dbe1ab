import { type Task, type ThreadPool, threadPool } from '@millrace/pool'
import { type Moved, move } from '@millrace/pool/thread'
import { describe, expectTypeOf, test } from 'vitest'

declare const tasks: {
  resize(image: Uint8Array, width: number): Promise<{ bytes: number }>
  greet(name?: string): string
  nothing(): void
  moved(): Moved<Uint8Array>
  movedLater(): Promise<Moved<Uint8Array> | undefined>
  version: number
}
const pool: ThreadPool<typeof tasks> = threadPool('/tasks.js')

describe('threadPool', () => {
  test('takes the exports of a module as its tasks', () => {
    expectTypeOf(threadPool<typeof tasks>).returns.toEqualTypeOf<ThreadPool<typeof tasks>>()
  })

  test('types arguments and results by the export', () => {
    expectTypeOf(() => pool.run('resize', [new Uint8Array(1), 2])).returns.toEqualTypeOf<Promise<{ bytes: number }>>()
    expectTypeOf(() => pool.submit('resize', [new Uint8Array(1), 2])).returns.toEqualTypeOf<
      Promise<Task<{ bytes: number }>>
    >()
    expectTypeOf(() => pool.run('greet', [])).returns.toEqualTypeOf<Promise<string>>()
    expectTypeOf(() => pool.run('nothing', [])).returns.toEqualTypeOf<Promise<void>>()
  })

  test('unwraps what a task moves', () => {
    expectTypeOf(() => pool.run('moved', [])).returns.toEqualTypeOf<Promise<Uint8Array>>()
    expectTypeOf(() => pool.run('movedLater', [])).returns.toEqualTypeOf<Promise<Uint8Array | undefined>>()
    expectTypeOf(move(1, [])).toEqualTypeOf<Moved<number>>()
  })

  test('refuses names that are not exported or no functions, and wrong arguments', () => {
    // @ts-expect-error no such export
    expectTypeOf(() => pool.run('resise', [new Uint8Array(1), 2]))
    // @ts-expect-error not a function
    expectTypeOf(() => pool.run('version', []))
    // @ts-expect-error an argument is missing
    expectTypeOf(() => pool.run('resize', [new Uint8Array(1)]))
    // @ts-expect-error an argument is of another type
    expectTypeOf(() => pool.run('resize', ['image', 2]))
  })

  test('without a module type takes any name and arguments, and knows no result', () => {
    const untyped = threadPool('/tasks.js')
    expectTypeOf(() => untyped.run('anything', [1, 'two'])).returns.toEqualTypeOf<Promise<unknown>>()
  })
})
