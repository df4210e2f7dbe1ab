/**
 * One budget for the whole process that keeps the event loop turning.
 *
 * Awaiting promises that are ready runs in microtasks, and while microtasks follow each other no timer, socket or
 * signal gets its turn. So whoever loops on ready operations counts them here and, about once a millisecond, waits for the
 * next turn. While a turn is due everybody waits for it: one task that goes on would keep it from coming.
 *
 * The clock costs more than the operations it guards, so it is read every few hundred of them.
 *
 * INVARIANT  one budget per process, also when ESM and CJS copies of this module are loaded side by side.
 */
const OPERATIONS_PER_CLOCK = 256
const SLICE_MS = 1

interface Budget {
  /** Operations until the clock is read; none while a turn is due. */
  left: number
  turnedAt: number
  due: Promise<void> | undefined
}

const key = Symbol.for('@millrace/notify.turn')
const shared = globalThis as { [key]?: Budget }
shared[key] ??= { left: OPERATIONS_PER_CLOCK, turnedAt: 0, due: undefined }
const budget: Budget = shared[key]

/**
 * Counts one operation that did not have to wait. Answers `undefined` while there is time left, else a promise that
 * resolves when the event loop has turned: await it before going on.
 *
 * Costs a decrement, except for one call in a few hundred that reads the clock.
 *
 * @example
 * for (let i = 0; i < 1000; i++) await turn()
 */
export function turn(): Promise<void> | undefined {
  return --budget.left > 0 ? undefined : sliceEnd()
}

/** A promise of a result that is there; when the event loop is due, it has its turn first. */
export function resolveInTurn<R>(result: R): Promise<R> {
  const due = turn()
  return due === undefined ? Promise.resolve(result) : resultAfter(due, result)
}

/**
 * The result once `due` has resolved. A function of its own: what a closure captures is allocated whenever its function
 * is entered, and those who ask are hot paths that are hardly ever due.
 */
function resultAfter<R>(due: Promise<void>, result: R): Promise<R> {
  return due.then(() => result)
}

/** A promise that rejects; when the event loop is due, it has its turn first. */
export function rejectInTurn(reason: unknown): Promise<never> {
  const due = turn()
  return due === undefined ? Promise.reject(reason) : rejectionAfter(due, reason)
}

function rejectionAfter(due: Promise<void>, reason: unknown): Promise<never> {
  return due.then(() => {
    throw reason
  })
}

function sliceEnd(): Promise<void> | undefined {
  if (budget.due !== undefined) return budget.due
  if (performance.now() - budget.turnedAt < SLICE_MS) {
    budget.left = OPERATIONS_PER_CLOCK
    return undefined
  }
  budget.due = new Promise((resolve) => {
    afterTurn(() => {
      budget.due = undefined
      budget.left = OPERATIONS_PER_CLOCK
      budget.turnedAt = performance.now()
      resolve()
    })
  })
  return budget.due
}

/** `setImmediate` where there is one; in browsers a message to ourselves, which unlike a timer is not delayed. */
const afterTurn: (callback: () => void) => void =
  typeof setImmediate === 'function'
    ? setImmediate
    : (callback) => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => {
          port1.close()
          callback()
        }
        port2.postMessage(undefined)
      }
