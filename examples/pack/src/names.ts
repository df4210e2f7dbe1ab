declare const bytes: unique symbol

/**
 * A path or name as the file system holds it: any bytes but NUL, one character for each byte (latin1).
 *
 * As a string it is compact, a key of maps, and its order is the order of its bytes. It becomes text for people and for
 * the manifest only at the edges.
 */
export type BytePath = string & { readonly [bytes]: true }

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
// biome-ignore lint/suspicious/noControlCharactersInRegex: every ASCII character is the same in bytes and in text.
const ascii = /^[\x00-\x7f]*$/

/** The bytes that `text` has in UTF-8. */
export function bytePath(text: string): BytePath {
  return latin1(ascii.test(text) ? text : Buffer.from(text).toString('latin1'))
}

/** Declares that each character of `name` stands for one byte. */
export function latin1(name: string): BytePath {
  return name as BytePath
}

/** What the functions of node:fs take: the bytes themselves. */
export function fsPath(path: BytePath): Buffer {
  return Buffer.from(path, 'latin1')
}

/** The path as text, if its bytes are UTF-8 and nothing else. */
export function textOf(path: BytePath): string | undefined {
  if (ascii.test(path)) return path
  try {
    return utf8.decode(fsPath(path))
  } catch {
    return undefined
  }
}

/** `folder/name`; the folder `.` stands for the root and is left out. */
export function joinPath(folder: BytePath, name: BytePath): BytePath {
  return folder === '.' ? name : latin1(folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`)
}

/** The path of the folder that holds `path`; `.` for a name in the root. */
export function parentOf(path: BytePath): BytePath {
  const slash = path.lastIndexOf('/')
  return latin1(slash < 0 ? '.' : path.slice(0, slash))
}

// Control characters, line and paragraph separators, and the marks that reverse the direction of what follows.
const unprintable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\\]/gu
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

/** The path for people: one line, no control characters, bytes that are not UTF-8 as `\xff`. */
export function printable(path: BytePath): string {
  return path
    .split('/')
    .map((name) => {
      const text = textOf(latin1(name))
      return text === undefined ? name.replace(/[^\x20-\x7e]|\\/g, byteEscape) : printableText(text)
    })
    .join('/')
}

/** Text from outside (arguments, messages) for people: one line, no control characters. */
export function printableText(text: string): string {
  return text.replace(unprintable, (character) => short[character] ?? escaped(character.codePointAt(0) ?? 0))
}

function byteEscape(byte: string): string {
  return short[byte] ?? escaped(byte.charCodeAt(0))
}

function escaped(code: number): string {
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}
