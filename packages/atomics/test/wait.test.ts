import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { arena } from '../src/arena.ts'
import { PARKED_RECEIVERS } from '../src/kernel/layout.ts'
import { bareObject } from '../src/objects.ts'
import { waitForWake, waitSync } from '../src/wait.ts'

const own = arena()

function lineOf(): number {
  return bareObject(own) + PARKED_RECEIVERS
}

function woken(line: number): Promise<void> {
  return new Promise((resolve) => waitForWake(own, line, own.kernel.parkBegin(line), resolve))
}

describe('waiting', () => {
  test('ends when the line is woken, for all who wait there', async () => {
    const line = lineOf()
    const all = Promise.all([woken(line), woken(line), woken(line)])
    own.kernel.wake(line)
    await all
  })

  test('ends at once, but not within the call, if the line was woken since the epoch was read', async () => {
    const line = lineOf()
    const epoch = own.kernel.parkBegin(line)
    own.kernel.wake(line)
    expect(waitSync(own, line, epoch)).toBe('woken')
    let isOver = false
    const over = new Promise<void>((resolve) => {
      waitForWake(own, line, epoch, () => {
        isOver = true
        resolve()
      })
    })
    expect(isOver).toBe(false)
    await over
  })

  test('tells nobody who stopped listening', async () => {
    const line = lineOf()
    let calls = 0
    const stop = waitForWake(own, line, own.kernel.parkBegin(line), () => calls++)
    const other = woken(line)
    stop()
    stop()
    own.kernel.wake(line)
    await other
    expect(calls).toBe(0)
  })

  test('starts again on a line that was woken before', async () => {
    const line = lineOf()
    for (let round = 0; round < 3; round++) {
      const wait = woken(line)
      own.kernel.wake(line)
      await wait
    }
  })

  test('of a blocking thread times out', () => {
    const line = lineOf()
    expect(waitSync(own, line, own.kernel.parkBegin(line), 1)).toBe('timed-out')
  })

  test('crosses threads', async () => {
    const object = bareObject(own)
    const line = object + PARKED_RECEIVERS
    const wait = woken(line)
    const worker = new Worker(new URL('./workers/wake.worker.ts', import.meta.url), {
      workerData: { handle: own.handle(object) },
      execArgv: ['--conditions=@millrace/source'],
    })
    await wait
    await worker.terminate()
  })

  test.each([
    ['ends with the process while nobody waits', 'idle', ''],
    ['keeps the process alive until the wake comes', 'wait', 'woken'],
    ['lets it end once the wait was given up', 'stop', ''],
  ])('%s', async (_, mode, output) => {
    const file = fileURLToPath(new URL('./workers/alive.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@millrace/source', file, mode], {
      timeout: 50_000,
    })
    expect(stdout.trim()).toBe(output)
  })
})
