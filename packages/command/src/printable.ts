/** Text of others, so that it cannot drive the terminal it is shown on. */

// Control characters, halves of pairs, line and paragraph separators, and marks that reverse the direction of what follows.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x1b': '\\e' }

/** The text in one line. */
export function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, (character) => SHORT[character] ?? unicodeEscape(character))
}

/** Something that was typed, as it stands in a sentence. */
export function quoted(text: string): string {
  return oneLine(JSON.stringify(text))
}

/** One line of JSON, which is the same to who parses it and harmless to who looks at it. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNPRINTABLE, unicodeEscape)
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
