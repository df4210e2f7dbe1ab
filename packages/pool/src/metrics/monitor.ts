import { checkFunction, checkNumber } from '../options.ts'

/** Tells how it stands again and again, until the answer is called. Keeps no process alive. */
export function startMonitor<M>(everyMs: number, onMetrics: (metrics: M) => void, look: () => M): () => void {
  checkNumber('everyMs', everyMs)
  if (!(everyMs >= 1 && everyMs < 2 ** 31)) throw new RangeError(`everyMs: expected 1 to 2147483647, got ${everyMs}`)
  checkFunction('onMetrics', onMetrics)
  const timer = setInterval(() => onMetrics(look()), everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
