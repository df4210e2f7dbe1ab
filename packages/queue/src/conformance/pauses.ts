/** Watches how long this program is not served; `end` tells the longest of these times. */
export function watchPauses(): { end(): number } {
  let servedAt = performance.now()
  let longestMs = 0
  const look = (): number => {
    const now = performance.now()
    longestMs = Math.max(longestMs, now - servedAt)
    servedAt = now
    return longestMs
  }
  const timer = setInterval(look, 10)
  return {
    end() {
      clearInterval(timer)
      return look()
    },
  }
}
