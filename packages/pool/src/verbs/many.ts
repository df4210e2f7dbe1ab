/** The verbs that are the same for all pools, once it is known how one item is submitted. */
import type { ItemStreamOptions, Items, MapOptions, ResultStream, Task } from '../api.ts'
import { checkCount, checkJoin, checkTasks, noOptions } from '../options.ts'
import { Chunks } from './items.ts'
import { Results, type SubmitItem } from './results.ts'

/** The results of many items, as they come. */
export function streamOf<T, R>(
  items: Items<T>,
  submit: SubmitItem<T>,
  options: ItemStreamOptions,
  size: number,
): ResultStream<R> {
  const { concurrency = size, ordered = true, ahead = concurrency, signal } = options
  return new Results<T, R>({ items, submit, concurrency, ahead, ordered, signal })
}

/** The results of many items, all together. */
export async function mapOf<T, R>(
  items: Items<T>,
  submit: SubmitItem<T>,
  options: MapOptions,
  size: number,
): Promise<R[]> {
  const results: R[] = []
  for await (const result of streamOf<T, R>(items, submit, options, size)) results.push(result)
  return results
}

/** What comes of many items is wanted no more than that they end. */
export async function forEachOf<T>(
  items: Items<T>,
  submit: SubmitItem<T>,
  options: MapOptions,
  size: number,
): Promise<void> {
  for await (const _ of streamOf(items, submit, { ...options, ordered: false }, size));
}

/** The results of many items, so many in a task. */
export async function batchOf<T, R>(
  items: Items<T>,
  chunk: number,
  submit: SubmitItem<T[]>,
  options: MapOptions,
  size: number,
): Promise<R[]> {
  checkCount('size', chunk)
  const chunks = new Chunks(items, chunk)
  const sizes: number[] = []
  const all: R[] = []
  const submitChunk: SubmitItem<T[]> = (items, index, onWait) => {
    sizes[index] = items.length
    return submit(items, index, onWait)
  }
  let index = 0
  for await (const results of streamOf<T[], readonly R[]>(chunks, submitChunk, options, size)) {
    // Which items these are of is not known where they come as they are there; then only all of them can be counted.
    if (!Array.isArray(results) || (options.ordered !== false && results.length !== sizes[index])) {
      throw wrongResults(sizes[index] as number)
    }
    for (const result of results) all.push(result)
    index++
  }
  const count = sizes.reduce((sum, length) => sum + length, 0)
  if (all.length !== count) throw wrongResults(count)
  return all
}

function wrongResults(count: number): TypeError {
  return new TypeError(`batch: expected an array of ${count} results for ${count} items`)
}

/** How tasks ended. */
export async function joinOf<R>(
  tasks: Iterable<Task<R>>,
  options: { readonly ordered?: boolean | undefined } = noOptions,
): Promise<PromiseSettledResult<R>[]> {
  const all = checkTasks(tasks)
  checkJoin(options)
  if (options.ordered !== false) return Promise.allSettled(all.map(({ result }) => result))
  const ended: PromiseSettledResult<R>[] = []
  const note = async ({ result }: Task<R>): Promise<void> => {
    const [how] = await Promise.allSettled([result])
    ended.push(how)
  }
  await Promise.all(all.map(note))
  return ended
}

/** Cancels each. */
export function cancelAllOf(tasks: Iterable<Task<unknown>>, reason?: unknown): void {
  // The last first: otherwise the end of one that pends would admit one that waits, only to end it then.
  for (const task of checkTasks(tasks).reverse()) task.cancel(reason)
}
