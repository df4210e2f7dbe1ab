/** Throws: `undefined` means "nothing there", so it cannot be stored. */
export function refuseUndefined(): never {
  throw new TypeError('value: undefined cannot be sent or stored; it means "nothing there" (null can)')
}
