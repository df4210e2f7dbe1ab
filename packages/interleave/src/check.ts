/** Throws `RangeError` naming the option unless the value is an integer in the range. */
export function checkInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  const range = most === Number.POSITIVE_INFINITY ? `from ${least}` : `from ${least} to ${most}`
  throw new RangeError(`${name}: expected an integer ${range}, got ${describeValue(value)}`)
}

/** The same for a limit, which may also be infinite. */
export function checkLimit(name: string, value: number, least: number): void {
  if (value !== Number.POSITIVE_INFINITY) checkInteger(name, value, least, Number.POSITIVE_INFINITY)
}

/** How a value appears in a message or a story. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    return JSON.stringify(value) ?? Object.prototype.toString.call(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
