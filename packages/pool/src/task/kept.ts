import { PoolCore } from '../core.ts'
import { noOptions } from '../options.ts'
import { Source } from '../verbs/items.ts'
import { PulledWork } from '../verbs/pull.ts'
import { FunctionExecutor } from './function-executor.ts'

const settings = {
  size: 1,
  maxPending: 1,
  overflow: 'wait',
  perKey: Number.POSITIVE_INFINITY,
  runTimeoutMs: Number.POSITIVE_INFINITY,
  metrics: true,
} as const
let kept: readonly object[] | undefined

/**
 * Keeps one of each kind that a pool of functions works with, from the first pool on. While one of a kind lives, V8 keeps the code
 * that it compiled for it; else each full collection that finds no task makes the next burst or map two to three times as slow.
 */
export function keepKinds(): void {
  if (kept !== undefined) return
  const core = new PoolCore(settings, (owner) => new FunctionExecutor(1, 0, owner))
  const kinds: object[] = [new PulledWork(core, core, new Source([]), () => undefined, true)]
  core.accept((run) => kinds.push(run), core.plain, noOptions)
  kept = kinds
}
