/** A thread that moves values through one object until it is told to stop or is terminated. */
import { parentPort, workerData } from 'node:worker_threads'
import { attachArena } from '../../src/arena.ts'
import { provideKernel } from '../../src/execution.ts'
import { kernel as javascript } from '../../src/javascript.ts'
import { BUSY, ENDED, LENGTH, NONE, PARKED_RECEIVERS, PARKED_SENDERS } from '../../src/kernel/layout.ts'
import { slabBlocks } from '../../src/objects.ts'
import { waitSync } from '../../src/wait.ts'
import { words } from '../../src/words.ts'
import type { Job } from './job.ts'

provideKernel(javascript)
const { handle, role, kind, slotBytes, from, count, report, batch } = workerData as Job
const arena = attachArena(handle.memory)
const { kernel } = arena
const object = handle.object
if (!arena.attach(handle, role === 'push' ? 1 : 0, role === 'pop' ? 1 : 0)) throw new Error('the object is gone')
const scratch = arena.scratch(256 + batch * slotBytes)
const images = scratch + 128
const { i32 } = arena.views()
const blocks = kind === 'slab' ? slabBlocks(arena, object) : 0
parentPort?.postMessage('ready')

if (role === 'push') {
  for (let next = from; next < from + count; ) {
    const n = Math.min(1 + (next % batch), from + count - next)
    const pushed = attempt(PARKED_SENDERS, () => push(next, n))
    if (pushed < 0) throw new Error(`push answered ${pushed}`)
    next += pushed
    // What was surely sent, for the case that this thread is terminated.
    i32[report >> 2] = next
  }
  arena.detach(object, 1, 0)
} else {
  let taken = 0
  let sum = 0
  for (;;) {
    const answer = attempt(PARKED_RECEIVERS, pop)
    if (answer === ENDED) break
    for (let i = 0; i < answer; i++) {
      const value = imageValue(i)
      taken++
      sum = (sum + value) | 0
      // Values of one pusher come to one popper in the order they were sent; from is a multiple of 2^24.
      const last = report + 64 + (value >>> 24) * 4
      if (value <= (i32[last >> 2] as number)) throw new Error(`${value} after ${i32[last >> 2]}`)
      i32[last >> 2] = value
    }
    i32[report >> 2] = taken
    i32[(report + 4) >> 2] = sum
  }
  arena.detach(object, 0, 1)
}
parentPort?.close()

/** Runs until it does something, parking between. */
function attempt(line: number, once: () => number): number {
  for (;;) {
    const first = once()
    if (first !== NONE && first !== BUSY) return first
    const epoch = kernel.parkBegin(object + line)
    const second = once()
    if (second !== NONE && second !== BUSY) return second
    waitSync(arena, object + line, epoch)
  }
}

function push(next: number, n: number): number {
  if (kind === 'record') {
    const length = 4 * (1 + (next % 40))
    for (let at = 0; at < length; at += 4) i32[(images + at) >> 2] = next
    return kernel.recordPush(object, images, length, 0)
  }
  if (kind === 'slab') {
    const claimed = kernel.slabClaim(object, arena.participant)
    if (claimed <= 0) return claimed
    const at = blocks + (claimed - 1) * 64
    for (let i = 0; i < 64; i += 4) i32[(at + i) >> 2] = next
    const answer = kernel.slabPublish(object, claimed - 1, 64, 0)
    if (answer !== 1) kernel.slabFree(object, claimed - 1)
    return answer
  }
  if (slotBytes <= 16 && n === 1) return kernel.slotPush(object, next, next)
  for (let i = 0; i < n; i++) {
    const image = images + i * slotBytes
    i32[(image + LENGTH) >> 2] = slotBytes === 8 ? next + i : slotBytes - 8
    for (let at = 8; at < slotBytes; at += 4) i32[(image + at) >> 2] = next + i
  }
  // Every third batch uses credits.
  if (next % 3 !== 0) return kernel.slotPushMany(object, images, n, 0)
  const held = kernel.reserve(object, n, arena.credits(object))
  if (held !== 1) return held
  let answer = BUSY
  while (answer === BUSY) answer = kernel.slotPushMany(object, images, n, arena.credits(object))
  if (answer < n) kernel.release(object, n - Math.max(0, answer), arena.credits(object))
  return answer
}

function pop(): number {
  if (kind === 'record') {
    const answer = kernel.recordPeek(object, scratch)
    if (answer !== 1) return answer
    const at = i32[scratch >> 2] as number
    const length = i32[(scratch + 4) >> 2] as number
    i32[(images + LENGTH) >> 2] = whole(at, length)
    kernel.recordDrop(object)
    return 1
  }
  if (kind === 'slab') {
    const answer = kernel.slabTake(object, arena.participant)
    if (answer <= 0) return answer
    i32[(images + LENGTH) >> 2] = whole(blocks + (answer - 1) * 64, 64)
    kernel.slabFree(object, answer - 1)
    words.add(arena, report + 8, 1)
    return 1
  }
  return batch === 1 ? kernel.slotPop(object, images) : kernel.slotPopMany(object, images, batch)
}

/** The value that a record is made of, word for word. */
function whole(at: number, length: number): number {
  const value = i32[at >> 2] as number
  for (let i = 4; i < length; i += 4) if (i32[(at + i) >> 2] !== value) throw new Error(`torn record at ${at}`)
  return value
}

function imageValue(i: number): number {
  if (kind !== 'slots' || slotBytes === 8) return i32[(images + i * 8 + LENGTH) >> 2] as number
  return whole(images + i * slotBytes + 8, slotBytes - 8)
}
