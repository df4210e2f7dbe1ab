/** The types of items, as they go from stage to stage. */
import type { Receiver, Value } from '@millrace/mpsc'

/** What became of something that may fail. */
export type Result<T, E = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

/** The value of a result that is well. */
export type ValueOf<T> = T extends { readonly ok: true; readonly value: infer V } ? V : never

/** The error of a result that is not. */
export type ErrorOf<T> = T extends { readonly ok: false; readonly error: infer E } ? E : never

/** What can be iterated over inside of an item. */
export type Inner<T> =
  T extends AsyncIterable<infer I>
    ? I
    : T extends Iterable<infer I>
      ? Awaited<I>
      : T extends Receiver<infer I>
        ? I
        : never

/** What other sources a pipeline can be joined with. */
export type Joinable<T> = AsyncIterable<T> | Iterable<T | PromiseLike<T>>

/** Why a function is refused: its result may be `undefined`, which is never an item. Use `filterMap` to drop items. */
export interface UndefinedIsNoItem {
  /** Never there. */
  readonly 'undefined is not an item, use filterMap': never
}

/** `R` if a stage may emit it (or a promise of it), else `UndefinedIsNoItem`. */
export type Emitted<R> = 0 extends 1 & R
  ? R
  : // biome-ignore lint/suspicious/noConfusingVoidType: a function without a return gives void
    [Extract<Awaited<R>, undefined | void>] extends [never]
    ? R
    : UndefinedIsNoItem

/** Why a function is refused: what it gives cannot be iterated over. */
export interface NoIterable {
  /** Never there. */
  readonly 'expected arrays, iterables, async iterables or receivers': never
}

/** `Then` if all that `T` may be can be iterated over, else `NoIterable`. */
export type IfIterable<T, Then> = 0 extends 1 & T
  ? Then
  : [Exclude<T, AsyncIterable<unknown> | Iterable<unknown> | Receiver<Value>>] extends [never]
    ? Then
    : NoIterable

/** Why a function is refused: its answer is needed at once. */
export interface PromiseIsNoAnswer {
  /** Never there. */
  readonly 'a promise is not awaited here': never
}

/** `R` if it is never a promise, else `PromiseIsNoAnswer`. */
export type AtOnce<R> = 0 extends 1 & R ? R : [Extract<R, PromiseLike<unknown>>] extends [never] ? R : PromiseIsNoAnswer

/** The items of a stage whose function returns `R`. */
export type Item<R> = Awaited<R> & Value

/** What `threads` needs of a pool: the `threadPool` of `@millrace/pool` is one. `Tasks` is a record of functions. */
export interface ThreadRunner<Tasks> {
  /** How many threads the pool has. */
  readonly threads: number
  /** Never set: tells the compiler what each task takes and gives. */
  readonly tasks?: Tasks | undefined
  /** Called as `run(name, [item], { signal, transfer })`; what the promise gives is the stage's result. */
  run(name: never, args: never, options?: never): Promise<unknown>
}

/** The names of those tasks that take an item of type `T` as their only argument and give an item. */
export type TaskFor<Tasks, T> = {
  [K in keyof Tasks & string]: Tasks[K] extends (item: T) => infer R
    ? [Emitted<R>] extends [UndefinedIsNoItem]
      ? never
      : K
    : never
}[keyof Tasks & string]

/** The items a stage of task `K` emits. */
export type TaskItem<Tasks, K extends keyof Tasks> = Tasks[K] extends (...args: never[]) => infer R ? Item<R> : never
