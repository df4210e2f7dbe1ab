/** Names, and beside them what they are; below them where there is no room beside them. */
export function listed(entries: readonly (readonly [name: string, text: string])[], columns: number): string {
  const width = Math.max(...entries.map(([name]) => name.length)) + 4
  const indent = columns - width < 30 ? 6 : width
  const lines = entries.map(([name, text]) => {
    const rest = wrapped(text, columns - indent).replaceAll('\n', `\n${' '.repeat(indent)}`)
    return indent === width ? `  ${name}`.padEnd(width) + rest : `  ${name}\n${' '.repeat(indent)}${rest}`
  })
  return lines.join('\n')
}

/** The text in lines of so many columns. */
export function wrapped(text: string, columns: number): string {
  const lines: string[] = []
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.join('\n')
}

/** How wide a help may be. */
export function columns(): number {
  return Math.min(process.stdout.columns ?? 100, 100)
}
