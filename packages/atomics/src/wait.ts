import type { Arena } from './arena.ts'
import { holdProcess, releaseProcess } from './keep-alive.ts'
import { EPOCH } from './kernel/layout.ts'

/**
 * Waiting for the epoch of a park line to move on. See `kernel/park.ts` for the protocol.
 *
 *     const epoch = kernel.parkBegin(line)   ──▶   look again   ──▶   waitSync / waitForWake
 *
 * A pending `Atomics.waitAsync` can neither be cancelled nor does it keep Node alive. So a thread has at most one for each
 * line, which all of its waiters share, and a waiter who gives up just stops listening.
 *
 * INVARIANT  while a line has listeners, one waitAsync is pending for it, on the epoch of one of them or an older one: then it
 *            was notified, and ends at once.
 */
const lines = new WeakMap<Arena, Map<number, Set<() => void>>>()

/** What is called before this thread blocks in `waitSync`: shows others what it holds back, since what they do may be what it waits for. */
export const beforeBlocking: Pick<Set<() => void>, 'add' | 'delete' | 'forEach'> = new Set()

/**
 * Blocks this thread until the line is woken: `woken` at once if it was since `epoch`, `timed-out` after `timeoutMs`
 * milliseconds. May also wake for nothing. Throws `TypeError` where a thread must not block, as in a browser's window.
 */
export function waitSync(arena: Arena, line: number, epoch: number, timeoutMs?: number): 'woken' | 'timed-out' {
  beforeBlocking.forEach((show) => {
    show()
  })
  const ended = Atomics.wait(arena.views(line + 8).i32, (line + EPOCH) >> 2, epoch, timeoutMs)
  return ended === 'timed-out' ? 'timed-out' : 'woken'
}

/** Blocks this thread for so many milliseconds without saying that it waits: nobody wakes it, unless others are woken at this line. */
export function napSync(arena: Arena, line: number, ms: number): void {
  const { i32 } = arena.views(line + 8)
  const at = (line + EPOCH) >> 2
  Atomics.wait(i32, at, Atomics.load(i32, at), ms)
}

/**
 * Calls back once when the line is woken, never within this call. May also call back for nothing. Returns a function that
 * ends the wait. Until then the process stays alive, if it `holds`.
 */
export function waitForWake(arena: Arena, line: number, epoch: number, wake: () => void, holds = true): () => void {
  let waits = lines.get(arena)
  if (waits === undefined) {
    waits = new Map()
    lines.set(arena, waits)
  }
  let listeners = waits.get(line)
  if (listeners === undefined) {
    listeners = new Set()
    waits.set(line, listeners)
    arm(arena, line, epoch, waits, listeners)
  }
  let isOver = false
  const end = (): void => {
    if (isOver) return
    isOver = true
    listeners.delete(listener)
    if (holds) releaseProcess()
  }
  const listener = (): void => {
    end()
    wake()
  }
  listeners.add(listener)
  if (holds) holdProcess()
  return end
}

function arm(
  arena: Arena,
  line: number,
  epoch: number,
  waits: Map<number, Set<() => void>>,
  listeners: Set<() => void>,
): void {
  const wait = Atomics.waitAsync(arena.views(line + 8).i32, (line + EPOCH) >> 2, epoch)
  const ended = wait.async ? wait.value : Promise.resolve()
  ended.then(() => {
    waits.delete(line)
    for (const tell of [...listeners]) tell()
  })
}

/** Keeps this thread busy, away from shared memory, for some `count` times 30 ns. */
export function pause(count: number): void {
  for (let i = 0; i < count; i++) hint()
}

/** Tells the processor that this is a spin loop, where JavaScript has a word for it; else reads a clock, which takes as long. */
const hint: () => unknown = (Atomics as { pause?(): void }).pause ?? (() => performance.now())
