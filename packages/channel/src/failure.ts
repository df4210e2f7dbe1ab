/**
 * What a channel is closed with when something failed. `undefined` would be its plain end, and receivers would take the
 * part for the whole: a failure without a reason is given a name.
 */
export function failureOf(reason: unknown, otherwise: string): unknown {
  return reason === undefined ? new Error(otherwise) : reason
}
