import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { type Latch, latch as localLatch } from '../src/index.ts'
import { sharedLatch } from '../src/shared.ts'

const kinds: Record<string, () => Latch> = { 'one event loop': localLatch, 'shared memory': () => sharedLatch() }

describe.each(Object.entries(kinds))('in %s', (_, latch) => {
  describe('open', () => {
    test('lets everybody through who waits, and who comes later', async () => {
      const door = latch()
      const waits = [door.wait(), door.wait({ timeoutMs: 60_000 })]
      expect(door.isOpen).toBe(false)
      door.open()
      door.open()
      expect(door.isOpen).toBe(true)
      await Promise.all([...waits, door.wait(), door.wait({ timeoutMs: 0 })])
    })
  })

  describe('reset', () => {
    test('closes it for those who come from now on, and keeps nobody who was let through', async () => {
      const door = latch()
      const early = door.wait()
      door.open()
      door.reset()
      door.reset()
      const late = door.wait()
      await early
      expect(door.isOpen).toBe(false)
      await expect(door.wait({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'timeout' })
      door.open()
      await late
    })
  })

  describe('wait', () => {
    test('ends by abort and timeout, and leaves no listener on the signal', async () => {
      const door = latch()
      const controller = new AbortController()
      const waiting = door.wait({ signal: controller.signal })
      const other = door.wait()
      await expect(door.wait({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'timeout', timeoutMs: 1 })
      controller.abort('enough')
      await expect(waiting).rejects.toBe('enough')
      await expect(door.wait({ signal: controller.signal })).rejects.toBe('enough')
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
      door.open()
      await other
    })

    test('refuses options no wait can have, at once', () => {
      expect(() => latch().wait({ timeoutMs: -1 })).toThrow('timeoutMs: expected 0 or more, got -1')
    })
  })
})
