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

/** Fails unless the promise rejects with an error of this code that carries this value back. */
export async function givesBack(promise: Promise<unknown>, code: string, value: unknown): Promise<void> {
  same(((await rejects(promise, { code })) as { value?: unknown }).value, value)
}

/** What a `sendMany` that was cut short tells. */
interface Cut {
  readonly sent: number
  readonly rest: Iterable<unknown>
  readonly cause: unknown
}

/** Fails unless the promise rejects with `CutShortError` after this many values, with these left. Answers the cause. */
export async function cutsShort(promise: Promise<unknown>, sent: number, rest: unknown[]): Promise<unknown> {
  const error = (await rejects(promise, { code: 'cut-short' })) as Cut
  same([error.sent, [...error.rest]], [sent, rest])
  return error.cause
}

/** Fails unless the call throws an error of this name at once, with these words in its message. */
export function throws(call: () => unknown, name: string, words = ''): void {
  let thrown: { name?: unknown; message?: unknown } | undefined
  try {
    call()
  } catch (error) {
    thrown = error as typeof thrown
  }
  same(thrown?.name, name)
  if (!String(thrown?.message).includes(words)) throw new Error(`expected ${show(words)}, got ${show(thrown?.message)}`)
}

/**
 * True if the promise is still pending after the event loop has turned twice. A channel that is slow to wake cannot be told from one
 * that waits: what has to happen is awaited, never looked for after a time.
 */
export async function waits(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  promise.then(
    () => (settled = true),
    () => (settled = true),
  )
  for (let turns = 0; turns < 2; turns++) await new Promise<void>((resolve) => setTimeout(resolve))
  return !settled
}

/** Fails unless the work ends in time: a promise that nobody settles is a broken claim, not one without an answer. */
export async function within(ms: number, work: () => Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`expected an end within ${ms} ms; somebody still waits`)), ms)
  })
  try {
    await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  return typeof value === 'string' ? `'${value}'` : String(value)
}
