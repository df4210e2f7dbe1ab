/** Throws `TypeError` unless the options are an object with no names but these. */
export function checkNames(options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options: expected { ${names.join(', ')} }, got ${String(options)}`)
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`${name}: no such option; there are ${names.join(', ')}`)
  }
}

/** Throws `RangeError` unless the value is an integer in the range. */
export function checkInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new RangeError(`${name}: expected an integer from ${least} to ${most}, got ${String(value)}`)
}

/** Throws `RangeError` unless it is a number of values to take. */
export function checkMax(max: number): void {
  if (Number.isInteger(max) && max >= 0) return
  throw new RangeError(`max: expected an integer from 0, got ${String(max)}`)
}

/** Throws `RangeError` unless it is a multiple of 8, or one of the others allowed. */
export function checkMultipleOf8(name: string, value: number, most: number, others: readonly number[] = []): void {
  if (others.includes(value) || (Number.isInteger(value) && value >= 8 && value <= most && value % 8 === 0)) return
  const either = others.map((other) => `${other} or `).join('')
  throw new RangeError(`${name}: expected ${either}a multiple of 8 up to ${most}, got ${String(value)}`)
}

/** What every call on a ring throws that this thread let go of. */
export function disposed(): never {
  throw new TypeError('ring: it was disposed in this thread')
}
