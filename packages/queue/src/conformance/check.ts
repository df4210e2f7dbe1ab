/** Fails unless both print the same: enough for the plain values the claims use. */
export function same(actual: unknown, expected: unknown, where = ''): void {
  const [got, wanted] = [show(actual), show(expected)]
  if (got !== wanted) throw new Error(`${where}expected ${wanted}, got ${got}`)
}

/** Fails unless these fields of the object are so. */
export function has(actual: object, expected: Readonly<Record<string, unknown>>): void {
  const fields = Object.keys(expected).map((name) => [name, (actual as Record<string, unknown>)[name]])
  same(Object.fromEntries(fields), expected)
}

/** Fails unless it is true. */
export function holds(what: string, isSo: boolean): void {
  if (!isSo) throw new Error(`expected ${what}`)
}

/** What an error of an engine tells. */
export interface Refusal {
  readonly code?: unknown
  readonly bodies?: readonly (Uint8Array | string)[]
}

/** Fails unless the promise rejects with an error of this code, or with this very value. Answers the error. */
export async function rejects(
  promise: Promise<unknown>,
  expected: { readonly code: string } | { readonly reason: unknown },
): Promise<Refusal> {
  const error = await rejection(promise)
  if ('code' in expected) holds(`code '${expected.code}', got ${show(error)}`, codeOf(error) === expected.code)
  else holds(`${show(expected.reason)}, got ${show(error)}`, error === expected.reason)
  return error as Refusal
}

/** Fails unless the promise rejects with an error of this class, with these words in its message. */
export async function refuses(promise: Promise<unknown>, name: string, words: readonly string[]): Promise<void> {
  const { name: got, message } = (await rejection(promise)) as Error
  holds(
    `${name} with ${words.join(', ')}, got ${got}: ${message}`,
    got === name && words.every((w) => message.includes(w)),
  )
}

/** What the promise rejects with. Fails if it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) return outcome.error
  throw new Error(`expected a rejection, got ${show(outcome.value)}`)
}

/** Resolves as soon as it is so; the deadline of the claim ends it if it never is. */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await turn()
}

/** Lets the event loop go round once. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

/** True if the promise is still pending after the event loop has turned twice. */
export async function waits(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false
  promise.then(
    () => (isSettled = true),
    () => (isSettled = true),
  )
  for (let turns = 0; turns < 2; turns++) await turn()
  return !isSettled
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

function codeOf(error: unknown): unknown {
  return (error as Refusal | undefined)?.code
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes(${value.join(' ')})`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (typeof value === 'string') return `'${value}'`
  if (typeof value !== 'object' || value === null || value instanceof Error) return String(value)
  return `{ ${Object.entries(value)
    .map(([name, each]) => `${name}: ${show(each)}`)
    .join(', ')} }`
}
