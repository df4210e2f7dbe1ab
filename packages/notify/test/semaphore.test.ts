import { arena, provideKernel } from '@millrace/atomics'
import { kernel } from '@millrace/atomics/javascript'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { semaphore as localSemaphore, type Semaphore, type SemaphorePermit, show } from '../src/index.ts'
import { sharedSemaphore } from '../src/shared.ts'

const idle = () => new Promise((resolve) => setImmediate(resolve))

provideKernel(kernel)
const inJavaScript = arena({ execution: 'javascript' })
const kinds: Record<string, (capacity: number) => Semaphore> = {
  'one event loop': localSemaphore,
  'shared memory': (permits) => sharedSemaphore(permits),
  'shared memory without WebAssembly': (permits) => sharedSemaphore(permits, { arena: inJavaScript }),
}

describe.each(Object.entries(kinds))('in %s', (kind, semaphore) => {
  describe('acquire', () => {
    test('never lets out more permits than the capacity', async () => {
      const slots = semaphore(2)
      const permits = [await slots.acquire(), await slots.acquire()]
      const third = slots.acquire()
      await idle()
      expect([slots.available, slots.waiting]).toEqual([0, 1])
      permits[0]?.release()
      expect((await third).count).toBe(1)
      expect([slots.available, slots.waiting]).toEqual([0, 0])
    })

    test('serves waiters in the order they began, also a large request before small ones', async () => {
      const slots = semaphore(3)
      const held = await slots.acquireMany(3)
      const order: number[] = []
      const waits = [2, 3, 1].map((count) => slots.acquireMany(count))
      for (const wait of waits) void wait.then((permit) => order.push(permit.count))
      held.release()
      await idle()
      expect(order).toEqual([2])
      expect([slots.available, slots.tryAcquire()]).toEqual([1, undefined])
      ;(await waits[0])?.release()
      await idle()
      expect(order).toEqual([2, 3])
    })

    test('frees the place at once when aborted or timed out, and serves those it held back', async () => {
      const slots = semaphore(2)
      await slots.acquire()
      const controller = new AbortController()
      const large = slots.acquireMany(2, { signal: controller.signal })
      const small = slots.acquire()
      await idle()
      expect(slots.waiting).toBe(2)
      controller.abort('enough')
      await expect(large).rejects.toBe('enough')
      expect((await small).count).toBe(1)
      await expect(slots.acquire({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'timeout' })
      await expect(slots.acquire({ signal: AbortSignal.abort('late') })).rejects.toBe('late')
      expect([slots.available, slots.waiting]).toEqual([0, 0])
    })

    test.each([0, -1, 3, 1.5, Number.NaN, '1'])('refuses count %s at once', (count) => {
      expect(() => semaphore(2).acquireMany(count as number)).toThrow(RangeError)
      expect(() => semaphore(2).tryAcquire(count as number)).toThrow(
        `count: expected an integer from 1 to 2, got ${show(count)}`,
      )
    })
  })

  describe('release', () => {
    test('gives the permits back once, however often it is called', async () => {
      const slots = semaphore(2)
      const permit = await slots.acquireMany(2)
      permit.release()
      permit.release()
      permit[Symbol.dispose]()
      expect(slots.available).toBe(2)
    })
  })

  describe('semaphore', () => {
    test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, undefined])(
      'refuses capacity %s at once',
      (capacity) => {
        expect(() => semaphore(capacity as number)).toThrow(
          kind.startsWith('shared')
            ? `permits: expected an integer from 1 to ${2 ** 28 - 1}, got ${show(capacity)}`
            : `capacity: expected an integer from 1, got ${show(capacity)}`,
        )
      },
    )

    test('keeps count under random acquires, aborts and releases, and strands nobody', async () => {
      const step = fc.oneof(
        fc.record({ do: fc.constant('acquire' as const), count: fc.integer({ min: 1, max: 4 }) }),
        fc.record({ do: fc.constantFrom('release' as const, 'abort' as const, 'turn' as const), count: fc.nat(9) }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          const slots = semaphore(4)
          const held: SemaphorePermit[] = []
          const waits: { controller: AbortController; done: Promise<void> }[] = []
          const out = () => held.reduce((sum, permit) => sum + permit.count, 0)
          for (const { do: verb, count } of steps) {
            if (verb === 'acquire') {
              const controller = new AbortController()
              const done = slots.acquireMany(count, { signal: controller.signal }).then(
                (permit) => void held.push(permit),
                () => {},
              )
              waits.push({ controller, done })
            } else if (verb === 'release') held.splice(count % (held.length || 1), 1)[0]?.release()
            else if (verb === 'abort') waits[count % (waits.length || 1)]?.controller.abort()
            else await idle()
            expect(out()).toBeLessThanOrEqual(4)
          }
          for (const { done } of waits) {
            await idle()
            for (const permit of held.splice(0)) permit.release()
            await done
          }
          for (const permit of held.splice(0)) permit.release()
          expect([slots.available, slots.waiting]).toEqual([4, 0])
        }),
      )
    })
  })
})
