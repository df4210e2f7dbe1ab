/** The longest delay a timer takes; beyond it timers fire at once, so longer ones run in laps. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/** Calls back once after any number of milliseconds; never after `Infinity`. Answers how to stop it. */
export function startTimer(ms: number, callback: () => void): () => void {
  if (ms === Number.POSITIVE_INFINITY) return () => {}
  let timer: ReturnType<typeof setTimeout>
  const lap = (leftMs: number): void => {
    const lapMs = Math.min(leftMs, LONGEST_DELAY_MS)
    timer = setTimeout(() => (leftMs > lapMs ? lap(leftMs - lapMs) : callback()), lapMs)
  }
  lap(ms)
  return () => clearTimeout(timer)
}
