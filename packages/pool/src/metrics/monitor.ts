import { checkFunction, checkNumber } from '../options.ts'

/** Calls again and again, until the answer is called. Keeps no process alive. */
export function startMonitor(everyMs: number, look: () => void): () => void {
  checkNumber('everyMs', everyMs)
  if (!(everyMs >= 1 && everyMs < 2 ** 31)) throw new RangeError(`everyMs: expected 1 to 2147483647, got ${everyMs}`)
  checkFunction('onMetrics', look)
  const timer = setInterval(look, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
