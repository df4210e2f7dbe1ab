/** Fails unless both print the same: enough for the plain values the claims use. */
export function same(actual: unknown, expected: unknown): void {
  const [got, wanted] = [show(actual), show(expected)]
  if (got !== wanted) throw new Error(`expected ${wanted}, got ${got}`)
}

/** Fails unless the promise rejects with an error of this code, or with this very value. Answers the error. */
export async function rejects(
  promise: Promise<unknown>,
  expected: { code: string } | { reason: unknown },
): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if (!('error' in outcome)) throw new Error(`expected a rejection, got ${show(outcome.value)}`)
  if ('code' in expected) same((outcome.error as { code?: unknown }).code, expected.code)
  else if (outcome.error !== expected.reason)
    throw new Error(`expected ${show(expected.reason)}, got ${show(outcome.error)}`)
  return outcome.error
}

/** Fails unless the call throws an error of this name at once. */
export function throws(call: () => unknown, name: string): void {
  let thrown: unknown
  try {
    call()
  } catch (error) {
    thrown = error
  }
  same((thrown as { name?: unknown } | undefined)?.name, name)
}

/** True if the promise is still pending after everything that can run has run. */
export async function waits(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  promise.then(
    () => (settled = true),
    () => (settled = true),
  )
  await idle()
  return !settled
}

/** Resolves when the event loop has turned twice: every wake that was due has come. */
async function idle(): Promise<void> {
  for (let turns = 0; turns < 2; turns++) await new Promise<void>((resolve) => setTimeout(resolve))
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  return typeof value === 'string' ? `'${value}'` : String(value)
}
