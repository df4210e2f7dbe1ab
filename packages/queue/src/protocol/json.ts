import { malformed } from './malformed.ts'

/** Under these names there are numbers, which may be infinite: JSON has no such. */
const NUMBERS = /Ms$|^capacity|^max/

/** A value of management as JSON. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (name, part) =>
    typeof part === 'number' && !Number.isFinite(part) && NUMBERS.test(name) ? String(part) : part,
  )
}

/** Reads what `toJson` wrote. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text, (name, part) =>
      typeof part === 'string' && NUMBERS.test(name) && /^(-?Infinity|NaN)$/.test(part) ? Number(part) : part,
    )
  } catch {
    throw malformed('JSON that cannot be read')
  }
}
