import { getEventListeners } from 'node:events'
import { arena, provideKernel } from '@millrace/atomics'
import { kernel } from '@millrace/atomics/javascript'
import { describe, expect, test, vi } from 'vitest'
import { notify as localNotify, type Notify, TimeoutError } from '../src/index.ts'
import { sharedNotify } from '../src/shared.ts'

/** Resolves when everything that can run has run. */
const idle = () => new Promise((resolve) => setImmediate(resolve))

/** How many timers run, those of the test runner among them. */
const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length

/** Names of the waits that have been woken, in order. */
function watch(waits: Record<string, Promise<void>>): string[] {
  const woken: string[] = []
  for (const [name, wait] of Object.entries(waits)) void wait.then(() => woken.push(name)).catch(() => {})
  return woken
}

provideKernel(kernel)
const inJavaScript = arena({ execution: 'javascript' })
const kinds: Record<string, () => Notify> = {
  'one event loop': localNotify,
  'shared memory': () => sharedNotify(),
  'shared memory without WebAssembly': () => sharedNotify({ arena: inJavaScript }),
}

describe.each(Object.entries(kinds))('in %s', (_, notify) => {
  describe('notifyOne', () => {
    test('wakes the listener that registered first', async () => {
      const ready = notify()
      const woken = watch({ a: ready.wait(), b: ready.wait(), c: ready.wait() })
      ready.notifyOne()
      ready.notifyOne()
      await idle()
      expect(woken).toEqual(['a', 'b'])
    })

    test('is stored, at most once, if nobody listens', async () => {
      const ready = notify()
      ready.notifyOne()
      ready.notifyOne()
      const woken = watch({ a: ready.wait(), b: ready.wait() })
      await idle()
      expect(woken).toEqual(['a'])
    })
  })

  describe('notifyLast', () => {
    test('wakes the listener that registered last', async () => {
      const ready = notify()
      const woken = watch({ a: ready.wait(), b: ready.wait() })
      ready.notifyLast()
      await idle()
      expect(woken).toEqual(['b'])
    })

    test('is stored if nobody listens', async () => {
      const ready = notify()
      ready.notifyLast()
      await ready.wait()
    })
  })

  describe('notifyAll', () => {
    test('wakes exactly those who are registered', async () => {
      const ready = notify()
      const listener = ready.listen()
      const woken = watch({ a: ready.wait(), b: listener.wait() })
      ready.notifyAll()
      const late = watch({ c: ready.wait() })
      await idle()
      expect([woken.sort(), late]).toEqual([['a', 'b'], []])
    })

    test('stores nothing and leaves a stored wake where it is', async () => {
      const ready = notify()
      ready.notifyAll()
      const woken = watch({ a: ready.wait() })
      await idle()
      expect(woken).toEqual([])
      ready.notifyAll()
      ready.notifyOne()
      ready.notifyAll()
      await ready.wait()
    })
  })

  describe('listen', () => {
    test('registers at the call: a notification before wait is not missed', async () => {
      const ready = notify()
      const listener = ready.listen()
      ready.notifyAll()
      await listener.wait()
    })

    test('hands its wake to the next listener when disposed unused', async () => {
      const ready = notify()
      const first = ready.listen()
      const woken = watch({ b: ready.wait(), c: ready.wait() })
      ready.notifyOne()
      first[Symbol.dispose]()
      first[Symbol.dispose]()
      await idle()
      expect(woken).toEqual(['b'])
    })

    test('hands a wake of notifyLast to the last listener', async () => {
      const ready = notify()
      const woken = watch({ a: ready.wait(), b: ready.wait() })
      const last = ready.listen()
      ready.notifyLast()
      last[Symbol.dispose]()
      await idle()
      expect(woken).toEqual(['b'])
    })

    test('stores its wake again when nobody else listens', async () => {
      const ready = notify()
      ready.notifyOne()
      ready.listen()[Symbol.dispose]()
      await ready.wait()
    })

    test('hands on no wake of notifyAll', async () => {
      const ready = notify()
      const first = ready.listen()
      ready.notifyAll()
      const woken = watch({ b: ready.wait() })
      first[Symbol.dispose]()
      await idle()
      expect(woken).toEqual([])
    })

    test('leaves the order when disposed before a wake', async () => {
      const ready = notify()
      const first = ready.listen()
      const woken = watch({ b: ready.wait() })
      first[Symbol.dispose]()
      ready.notifyOne()
      await idle()
      expect(woken).toEqual(['b'])
    })

    test('keeps a wake that was used', async () => {
      const ready = notify()
      const first = ready.listen()
      ready.notifyOne()
      await first.wait()
      first[Symbol.dispose]()
      const woken = watch({ b: ready.wait() })
      await idle()
      expect(woken).toEqual([])
    })

    test('rejects its wait with AbortError when disposed meanwhile, and leaves no timer and no listener', async () => {
      const before = timers()
      const ready = notify()
      const { signal } = new AbortController()
      const listener = ready.listen()
      const waiting = listener.wait({ signal, timeoutMs: 60_000 })
      listener[Symbol.dispose]()
      await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
      expect(getEventListeners(signal, 'abort')).toHaveLength(0)
      expect(timers()).toBeLessThanOrEqual(before)
    })

    test('throws TypeError when it waits twice or after dispose', () => {
      const ready = notify()
      const listener = ready.listen()
      void listener.wait()
      expect(() => listener.wait()).toThrow(TypeError)
      const disposed = ready.listen()
      disposed[Symbol.dispose]()
      expect(() => disposed.wait()).toThrow(TypeError)
    })
  })

  describe('wait', () => {
    test('rejects with the reason of its signal and leaves the order', async () => {
      const ready = notify()
      const controller = new AbortController()
      const first = ready.wait({ signal: controller.signal })
      const woken = watch({ b: ready.wait() })
      controller.abort('enough')
      await expect(first).rejects.toBe('enough')
      ready.notifyOne()
      await idle()
      expect(woken).toEqual(['b'])
    })

    test('rejects at once if the signal is aborted already, and leaves a stored wake for others', async () => {
      const ready = notify()
      ready.notifyOne()
      await expect(ready.wait({ signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
      await ready.wait()
    })

    test('hands on the wake of a listener whose signal is aborted by then', async () => {
      const ready = notify()
      const listener = ready.listen()
      const woken = watch({ b: ready.wait() })
      ready.notifyOne()
      await expect(listener.wait({ signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
      await idle()
      expect(woken).toEqual(['b'])
    })

    test('rejects with TimeoutError, at once for 0, and leaves the order', async () => {
      const ready = notify()
      await expect(ready.wait({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'timeout', timeoutMs: 0 })
      await expect(ready.wait({ timeoutMs: 1 })).rejects.toBeInstanceOf(TimeoutError)
      ready.notifyOne()
      await ready.wait({ timeoutMs: 0 })
    })

    test('runs a timeout longer than a timer can be in laps', async () => {
      vi.useFakeTimers()
      try {
        const waiting = notify().wait({ timeoutMs: 2 ** 32 })
        let expired = false
        waiting.catch(() => {
          expired = true
        })
        await vi.advanceTimersByTimeAsync(2 ** 31)
        expect(expired).toBe(false)
        await vi.advanceTimersByTimeAsync(2 ** 31)
        expect(expired).toBe(true)
      } finally {
        vi.useRealTimers()
      }
    })

    test('takes a timeout longer than a timer can be', async () => {
      const ready = notify()
      const woken = watch({
        a: ready.wait({ timeoutMs: 2 ** 32 }),
        b: ready.wait({ timeoutMs: Number.POSITIVE_INFINITY }),
      })
      await idle()
      ready.notifyAll()
      await idle()
      expect(woken).toEqual(['a', 'b'])
    })

    test('leaves no timer behind', async () => {
      const before = timers()
      const ready = notify()
      const waits = [ready.wait({ timeoutMs: 60_000 }), ready.wait({ timeoutMs: 60_000 })]
      ready.notifyAll()
      await Promise.all(waits)
      expect(timers()).toBeLessThanOrEqual(before)
    })

    test('leaves no listener on a signal after ten thousand waits', async () => {
      const ready = notify()
      const { signal } = new AbortController()
      const waits = Array.from({ length: 10_000 }, () => ready.wait({ signal }))
      expect(getEventListeners(signal, 'abort')).toHaveLength(10_000)
      ready.notifyAll()
      await Promise.all(waits)
      expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    })

    test.each([
      [null as never, TypeError, 'options: expected { signal, timeoutMs }, got null'],
      [{ timeoutMs: -1 }, RangeError, 'timeoutMs: expected 0 or more, got -1'],
      [{ timeoutMs: Number.NaN }, RangeError, 'timeoutMs: expected 0 or more, got NaN'],
      [{ timeoutMs: '5' as never }, TypeError, 'timeoutMs: expected a number, got "5"'],
      [
        { signal: new AbortController() as never },
        TypeError,
        'signal: expected an AbortSignal, got [object AbortController]',
      ],
      [{ timeoutMS: 5 } as never, TypeError, 'timeoutMS: no such option; there are signal, timeoutMs'],
      [AbortSignal.abort() as never, TypeError, 'aborted: no such option; there are signal, timeoutMs'],
    ])('refuses %o at once', (options, kind, message) => {
      expect(() => notify().wait(options)).toThrow(kind)
      expect(() => notify().wait(options)).toThrow(message)
      expect(() => notify().listen().wait(options)).toThrow(message)
    })
  })
})
