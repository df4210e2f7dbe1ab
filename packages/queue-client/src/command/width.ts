const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const NARROW = /[\p{Mn}\p{Me}\u200b-\u200d]/u

/** How many columns of a terminal a text takes that has no control characters. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += widthOfOne(character)
  return width
}

/** The text in at most so many columns, its end left off if it has to be. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let width = 1
  let kept = ''
  for (const character of text) {
    width += widthOfOne(character)
    if (width > columns) break
    kept += character
  }
  return columns < 1 ? '' : `${kept}…`
}

/** The text with spaces after it, or before it, until it takes so many columns. */
export function padded(text: string, columns: number, isRight = false): string {
  const space = ' '.repeat(Math.max(0, columns - widthOf(text)))
  return isRight ? space + text : text + space
}

function widthOfOne(character: string): number {
  if (character >= ' ' && character <= '~') return 1
  if (NARROW.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
