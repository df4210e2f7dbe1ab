/** Tasks that go wrong, each in its way; every pool's worker calls these. */

/** Gives what it takes. */
export function echo(value: unknown): unknown {
  return value
}

/** Ends its thread. */
export function exit(): never {
  process.exit(1)
}

/** Never ends. */
export function spin(): never {
  for (;;);
}

/** Throws what no error is. */
export function throwBare(what: 'null' | 'undefined' | 'zero'): never {
  throw { null: null, undefined, zero: 0 }[what]
}

/** Throws an error with all that errors have. */
export function throwRich(): never {
  const error = new RangeError('rich', { cause: new Error('root') })
  error.name = 'RichError'
  throw Object.assign(error, { code: 'ERICH', path: '/tmp' })
}

/** Gives what cannot be sent. */
export function uncloneable(): () => void {
  return () => {}
}

/** Takes all the memory its thread may have. */
export function hog(): never {
  const hoard: unknown[] = []
  for (;;) hoard.push(new Array(10_000).fill({}))
}

/** Answers, and fails a little later where nobody listens. */
export function stray(): string {
  setTimeout(() => Promise.reject(new Error('stray')), 5)
  return 'answered'
}

let ticks = -1

/** How often a timer of 5 ms ticked since the first call. */
export function ticked(): number {
  if (ticks < 0) {
    ticks = 0
    setInterval(() => ticks++, 5)
  }
  return ticks
}

/** What bytes arrive as, and how much memory came with them. */
export function memoryOf(bytes: Uint8Array): [isBuffer: boolean, memoryBytes: number] {
  return [Buffer.isBuffer(bytes), bytes.buffer.byteLength]
}
