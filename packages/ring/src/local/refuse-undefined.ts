/** Throws: `undefined` means "nothing there", so it cannot be stored. */
export function refuseUndefined(): never {
  throw new TypeError('value: undefined cannot be sent or stored; it means "nothing there" (null can)')
}

/** Throws the same for an `undefined` among the values at indexes `from` to below `to`. */
export function refuseUndefinedAmong(values: readonly unknown[], from: number, to: number): void {
  for (let i = from; i < to; i++) if (values[i] === undefined) refuseUndefined()
}
