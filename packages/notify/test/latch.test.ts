import { describe, expect, test } from 'vitest'
import { latch } from '../src/index.ts'

const idle = () => new Promise((resolve) => setImmediate(resolve))

/** Names of the waits that have ended, in order. */
function watch(waits: Record<string, Promise<void>>): string[] {
  const ended: string[] = []
  for (const [name, wait] of Object.entries(waits)) void wait.then(() => ended.push(name))
  return ended
}

describe('latch', () => {
  test('opened once lets everybody through, who waits and who comes later', async () => {
    const door = latch()
    const through = watch({ a: door.wait(), b: door.wait() })
    await idle()
    expect([through, door.isOpen]).toEqual([[], false])
    door.open()
    door.open()
    await door.wait()
    expect([through, door.isOpen]).toEqual([['a', 'b'], true])
  })

  test('reset makes an event of it: who comes from then on waits for the next time', async () => {
    const door = latch()
    const early = watch({ a: door.wait() })
    door.open()
    door.reset()
    const late = watch({ b: door.wait() })
    await idle()
    expect([early, late, door.isOpen]).toEqual([['a'], [], false])
    door.open()
    await idle()
    expect(late).toEqual(['b'])
  })

  test('lets a wait through that needs no waiting, whatever its timeout', async () => {
    const door = latch()
    door.open()
    await door.wait({ timeoutMs: 0 })
    await expect(door.wait({ signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  })
})
