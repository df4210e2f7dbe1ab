import type { Output } from './output.ts'
import { cut, padded, widthOf } from './width.ts'

/** A column of a table. */
export interface Column {
  readonly head: string
  /** Where there is too little room, those with the highest rank are left out; 0 stays. */
  readonly rank: number
  /** Whether it is aligned to the right, as numbers are. */
  readonly isRight?: boolean | undefined
}

const GAP = '  '

/** Rows in columns, as many as there is room for; says which are left out. */
export function table(output: Output, columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ head }, i) => Math.max(widthOf(head), ...rows.map((row) => widthOf(row[i] ?? ''))))
  const isShown = shown(columns, widths, output.columns)
  const kept = columns.map((_, i) => i).filter((i) => isShown[i])
  const others = kept.slice(1).reduce((sum, i) => sum + (widths[i] ?? 0) + GAP.length, 0)
  const first = kept[0] ?? 0
  widths[first] = Math.min(widths[first] ?? 0, Math.max(8, output.columns - others))
  const line = (cells: readonly string[]): string =>
    kept
      .map((i) => padded(cut(cells[i] ?? '', widths[i] ?? 0), widths[i] ?? 0, columns[i]?.isRight))
      .join(GAP)
      .trimEnd()
  const left = columns.filter((_, i) => !isShown[i]).map(({ head }) => head)
  return [
    output.styled('dim', line(columns.map(({ head }) => head))),
    ...rows.map(line),
    ...(left.length === 0 ? [] : [output.styled('dim', cut(`no room for: ${left.join(', ')}`, output.columns))]),
  ]
}

/** Names and values below each other. */
export function sheet(output: Output, entries: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...entries.map(([name]) => widthOf(name)))
  return entries.map(([name, value]) => `${output.styled('dim', padded(name, width))}${GAP}${value}`)
}

function shown(columns: readonly Column[], widths: readonly number[], room: number): boolean[] {
  const isShown = columns.map(() => true)
  const byRank = columns.map((_, i) => i).sort((a, b) => (columns[b]?.rank ?? 0) - (columns[a]?.rank ?? 0))
  const width = (): number => widths.reduce((sum, each, i) => (isShown[i] ? sum + each + GAP.length : sum), -GAP.length)
  for (const i of byRank) {
    if (width() <= room || columns[i]?.rank === 0) break
    isShown[i] = false
  }
  return isShown
}
