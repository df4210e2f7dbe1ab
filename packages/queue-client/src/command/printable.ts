/** Text and bytes of others, so that they cannot drive the terminal they are shown on. */
import { oneLine } from '@millrace/command'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text line by line. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => oneLine(line.replaceAll('\t', '    ')))
}

/** The text that the bytes are in UTF-8; nothing if they are none, or if no text has such characters. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined
  return decoded(bytes)
}

/** The text that the bytes are in UTF-8; nothing if they are none. */
export function decoded(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** The bytes as a table of `perLine` a line: where, in hex, and what is a character of ASCII. */
export function hexLines(bytes: Uint8Array, perLine: number): string[] {
  const lines: string[] = []
  const width = Math.min(perLine, bytes.length) * 3 - 1
  for (let at = 0; at < bytes.length; at += perLine) {
    const some = Buffer.from(bytes.subarray(at, at + perLine))
    const hex = some
      .toString('hex')
      .replace(/..(?=.)/g, '$& ')
      .padEnd(width)
    const ascii = some.toString('latin1').replace(/[^ -~]/g, '.')
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex}  ${ascii}`)
  }
  return lines
}
