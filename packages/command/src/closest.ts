/** The known word that was most likely meant: at most a third of its letters are wrong, missing, too many or swapped. */
export function closest(typed: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const word of known) {
    const distance = distanceOf(typed.toLowerCase(), word.toLowerCase())
    const most = Math.max(1, Math.floor(Math.max(word.length, typed.length) / 3))
    if (distance > most || distance >= least) continue
    best = word
    least = distance
  }
  return best
}

/** How many letters have to be changed, put in, left out or swapped with their neighbour. After F. Damerau, without changing a place twice. */
function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (isSame ? 0 : 1))
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwapped) row[j] = Math.min(at(i, j), at(i - 2, j - 2) + 1)
    }
  }
  return at(a.length, b.length)
}
