import { describe, expectTypeOf, test } from 'vitest'
import {
  from,
  type Pipeline,
  type Receiver,
  type Result,
  type Sender,
  type Summary,
  type ThreadRunner,
} from '../src/index.ts'

declare const numbers: Pipeline<number>

describe('from', () => {
  test('takes the type of the items', () => {
    expectTypeOf(() => from(new Set(['a']))).returns.toEqualTypeOf<Pipeline<string>>()
    expectTypeOf(() => from([Promise.resolve(1)])).returns.toEqualTypeOf<Pipeline<number>>()
    expectTypeOf((texts: AsyncGenerator<string>) => from(texts)).returns.toEqualTypeOf<Pipeline<string>>()
    expectTypeOf((dates: Receiver<Date>) => from(dates)).returns.toEqualTypeOf<Pipeline<Date>>()
    expectTypeOf(() => from(numbers)).returns.toEqualTypeOf<Pipeline<number>>()
    expectTypeOf(() => from([1, null])).returns.toEqualTypeOf<Pipeline<number | null>>()
  })

  test('refuses items that may be undefined, and what is no source', () => {
    // @ts-expect-error undefined is never an item
    void (() => from([1, undefined]))
    // @ts-expect-error a number cannot be read
    void (() => from(7))
  })
})

describe('map', () => {
  test('emits what the function returns, awaited', () => {
    expectTypeOf(() => numbers.map((n) => `${n}`)).returns.toEqualTypeOf<Pipeline<string>>()
    expectTypeOf(() => numbers.map(async (n) => `${n}`)).returns.toEqualTypeOf<Pipeline<string>>()
    expectTypeOf(() => numbers.map((n) => (n > 1 ? n : Promise.resolve('a')))).returns.toEqualTypeOf<
      Pipeline<string | number>
    >()
    expectTypeOf(() => numbers.map(() => null)).returns.toEqualTypeOf<Pipeline<null>>()
    expectTypeOf(() => numbers.map((n) => ({ n, even: n % 2 === 0 }))).returns.toEqualTypeOf<
      Pipeline<{ n: number; even: boolean }>
    >()
    expectTypeOf(() => numbers.map((n) => [n, 'a'] as const)).returns.toEqualTypeOf<Pipeline<readonly [number, 'a']>>()
    expectTypeOf(() => numbers.map((n) => JSON.parse(`${n}`)).toArray()).returns.resolves.items.toBeAny()
  })

  test('hands the function item, index and stage', () => {
    void (() =>
      numbers.map((item, index, stage) => {
        expectTypeOf(item).toEqualTypeOf<number>()
        expectTypeOf(index).toEqualTypeOf<number>()
        expectTypeOf(stage.signal).toEqualTypeOf<AbortSignal>()
        return item
      }))
  })

  test('refuses a function that may give undefined, and options it does not know', () => {
    const nothing = (): void => {}
    const later = async (): Promise<void> => {}
    // @ts-expect-error undefined is never an item
    void (() => numbers.map((n) => (n > 1 ? n : undefined)))
    // @ts-expect-error nor is it when awaited
    void (() => numbers.map(async (n) => (n > 1 ? n : undefined)))
    // @ts-expect-error nor is nothing
    void (() => numbers.map(nothing))
    // @ts-expect-error nor is nothing when awaited
    void (() => numbers.map(later))
    // @ts-expect-error misspelled
    void (() => numbers.map((n) => n, { concurency: 2 }))
  })
})

describe('the other stages', () => {
  test('filterMap takes undefined away', () => {
    expectTypeOf(() => numbers.filterMap((n) => (n > 1 ? `${n}` : undefined))).returns.toEqualTypeOf<Pipeline<string>>()
    expectTypeOf(() => numbers.filterMap(async (n) => (n > 1 ? n : undefined))).returns.toEqualTypeOf<
      Pipeline<number>
    >()
    expectTypeOf(() => numbers.filterMap((n) => (n > 1 ? null : undefined))).returns.toEqualTypeOf<Pipeline<null>>()
  })

  test('batch emits arrays and buffer changes nothing', () => {
    expectTypeOf(() => numbers.batch(2)).returns.toEqualTypeOf<Pipeline<number[]>>()
    expectTypeOf(() => numbers.buffer(2)).returns.toEqualTypeOf<Pipeline<number>>()
  })
})

describe('the stages that call', () => {
  interface Leaf {
    readonly kind: 'leaf'
  }
  const isLeaf = (given: Leaf | number): given is Leaf => typeof given === 'object'
  const both = {} as Pipeline<Leaf | number>
  const results = {} as Pipeline<Result<number, RangeError>>

  test('narrow with a guard, and keep the type without one', () => {
    expectTypeOf(() => both.filter(isLeaf)).returns.toEqualTypeOf<Pipeline<Leaf>>()
    expectTypeOf(() => both.filter(async () => true)).returns.toEqualTypeOf<Pipeline<Leaf | number>>()
    expectTypeOf(() => both.takeWhile(isLeaf)).returns.toEqualTypeOf<Pipeline<Leaf>>()
    expectTypeOf(() => both.takeWhile((_, index) => index < 3)).returns.toEqualTypeOf<Pipeline<Leaf | number>>()
    expectTypeOf(() => both.partition(isLeaf)).returns.toEqualTypeOf<[Pipeline<Leaf>, Pipeline<number>]>()
    expectTypeOf(() => numbers.partition((n) => n > 1)).returns.toEqualTypeOf<[Pipeline<number>, Pipeline<number>]>()
    expectTypeOf(() => numbers.tap(() => {})).returns.toEqualTypeOf<Pipeline<number>>()
  })

  test('refuse a promise where it is not awaited', () => {
    // @ts-expect-error it would always count as true
    void (() => numbers.takeWhile(async (n) => n < 3))
    // @ts-expect-error nor here
    void (() => numbers.partition(async (n) => n < 3))
  })

  test('hand on what scan, flatMap and attempt make', () => {
    expectTypeOf(() => numbers.scan((text, n) => text + n, '')).returns.toEqualTypeOf<Pipeline<string>>()
    expectTypeOf(() => numbers.flatMap(async (n) => new Set([`${n}`]))).returns.toEqualTypeOf<Pipeline<string>>()
    expectTypeOf(() => numbers.flatMap(() => both)).returns.toEqualTypeOf<Pipeline<Leaf | number>>()
    expectTypeOf(() => numbers.flatMap(() => ({}) as Receiver<Date>)).returns.toEqualTypeOf<Pipeline<Date>>()
    expectTypeOf(() => numbers.attempt(async (n) => `${n}`)).returns.toEqualTypeOf<Pipeline<Result<string>>>()
    // @ts-expect-error a number cannot be iterated over
    void (() => numbers.flatMap((n) => n + 1))
    // @ts-expect-error nor one that is awaited
    void (() => numbers.flatMap(async (n) => (n > 1 ? [n] : n)))
    // @ts-expect-error a state of another type
    void (() => numbers.scan((sum: number, n) => sum + n, 'a'))
    // @ts-expect-error undefined is never an item
    void (() => numbers.attempt(() => {}))
  })

  test('take results apart', () => {
    expectTypeOf(() => results.mapOk((n) => `${n}`)).returns.toEqualTypeOf<Pipeline<Result<string>>>()
    expectTypeOf(() => results.mapErr(async ({ message }) => message)).returns.toEqualTypeOf<
      Pipeline<Result<number, string>>
    >()
    const errors = {} as Sender<RangeError>
    expectTypeOf(() => results.catch(errors)).returns.toEqualTypeOf<Pipeline<number>>()
    expectTypeOf(() => results.catchAbort(errors)).returns.toEqualTypeOf<Pipeline<number>>()
    // @ts-expect-error it takes texts
    void (() => results.catch({} as Sender<string>))
  })
})

describe('the stages that arrange', () => {
  test('say what comes of their items', () => {
    expectTypeOf(() => numbers.batch(2).flatten()).returns.toEqualTypeOf<Pipeline<number>>()
    expectTypeOf(() => numbers.window(2).unbatch()).returns.toEqualTypeOf<Pipeline<number>>()
    expectTypeOf(() => numbers.batchWhile((sum: number | undefined, n) => (sum ?? 0) + n)).returns.toEqualTypeOf<
      Pipeline<number[]>
    >()
    expectTypeOf(() => numbers.enumerate()).returns.toEqualTypeOf<Pipeline<[number, number]>>()
    expectTypeOf(() => numbers.take(1).skip(1).dedupe().debounce(1)).returns.toEqualTypeOf<Pipeline<number>>()
    expectTypeOf(() => numbers.rateLimit({ count: 1, perMs: 1 }).bufferDropping(1, 'oldest')).returns.toEqualTypeOf<
      Pipeline<number>
    >()
    // @ts-expect-error misspelled
    void (() => numbers.bufferDropping(1, 'old'))
    // @ts-expect-error the state is a number
    void (() => numbers.batchWhile((sum: number | undefined, n) => `${sum}${n}`))
  })

  test('join and branch', () => {
    expectTypeOf(() => numbers.merge(['a'], new Set([true]))).returns.toEqualTypeOf<
      Pipeline<number | string | boolean>
    >()
    expectTypeOf(() => numbers.concat(from(['a']))).returns.toEqualTypeOf<Pipeline<number | string>>()
    expectTypeOf(() => numbers.zip('ab', [new Date()])).returns.toEqualTypeOf<Pipeline<[number, string, Date]>>()
    expectTypeOf(() => numbers.broadcast(2)).returns.toEqualTypeOf<readonly Pipeline<number>[]>()
    expectTypeOf(() => numbers.through((all) => all.map(String))).returns.toEqualTypeOf<Pipeline<string>>()
    // @ts-expect-error a number cannot be read
    void (() => numbers.merge(5))
    // @ts-expect-error nor is it what a stage gives
    void (() => numbers.through(() => 5))
  })
})

describe('the ends', () => {
  test('give the items or the summary', () => {
    expectTypeOf(() => numbers.toArray()).returns.resolves.toEqualTypeOf<number[]>()
    expectTypeOf(() => numbers.forEach()).returns.resolves.toEqualTypeOf<Summary>()
    expectTypeOf(() => numbers.run().output).returns.toEqualTypeOf<Receiver<number>>()
    expectTypeOf(() => numbers.run().done).returns.resolves.toEqualTypeOf<Summary>()
    expectTypeOf(() => numbers.reduce((text, n) => text + n, '')).returns.resolves.toEqualTypeOf<string>()
    expectTypeOf(() => numbers.toReadableStream()).returns.toEqualTypeOf<ReadableStream<number>>()
    // @ts-expect-error it takes texts
    void (() => numbers.to({} as Sender<string>))
    // @ts-expect-error misspelled
    void (() => numbers.run({ inflight: 2 }))
    void (async () => {
      for await (const item of numbers) expectTypeOf(item).toEqualTypeOf<number>()
    })
  })
})

describe('threads', () => {
  interface Tasks {
    square(n: number): number
    label(n: number, unit?: string): Promise<string>
    shout(text: string): string
    forget(n: number): void
    add(a: number, b: number): number
  }
  const pool = {} as ThreadRunner<Tasks>

  test('emits what the task gives, awaited', () => {
    expectTypeOf(() => numbers.threads(pool, 'square')).returns.toEqualTypeOf<Pipeline<number>>()
    expectTypeOf(() => numbers.threads(pool, 'label').threads(pool, 'shout')).returns.toEqualTypeOf<Pipeline<string>>()
    void (() => numbers.threads(pool, 'square', { transfer: (n) => [new Uint8Array(n).buffer] }))
  })

  test('refuses a task that does not take the item, needs more, gives nothing or is not there', () => {
    // @ts-expect-error it takes a string
    void (() => numbers.threads(pool, 'shout'))
    // @ts-expect-error it needs two arguments
    void (() => numbers.threads(pool, 'add'))
    // @ts-expect-error it gives nothing
    void (() => numbers.threads(pool, 'forget'))
    // @ts-expect-error misspelled
    void (() => numbers.threads(pool, 'sqare'))
  })
})
