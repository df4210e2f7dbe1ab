/**
 * One budget for the whole process that keeps the event loop turning.
 *
 * Awaiting promises that are ready runs in microtasks, and while microtasks follow each other no timer, socket or
 * signal gets its turn. So whoever loops on ready operations counts them here and, about once a millisecond, waits for the
 * next turn. While a turn is due everybody waits for it: one task that goes on would keep it from coming.
 *
 * The clock costs more than the operations it guards, so it is read every few hundred of them.
 */
const OPERATIONS_PER_CLOCK = 256
const SLICE_MS = 1

let operations = 0
let turnedAt = 0
let due: Promise<void> | undefined

/**
 * Counts one operation that did not have to wait. Answers `undefined` while there is time left, else a promise that
 * resolves when the event loop has turned: await it before going on.
 *
 * Costs an increment, except for one call in a few hundred that reads the clock.
 *
 * @example
 * for (let i = 0; i < 1000; i++) await turn()
 */
export function turn(): Promise<void> | undefined {
  if (due !== undefined) return due
  operations = (operations + 1) % OPERATIONS_PER_CLOCK
  return operations === 0 ? sliceEnd() : undefined
}

function sliceEnd(): Promise<void> | undefined {
  if (performance.now() - turnedAt < SLICE_MS) return undefined
  due = new Promise((resolve) => {
    afterTurn(() => {
      due = undefined
      turnedAt = performance.now()
      resolve()
    })
  })
  return due
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
