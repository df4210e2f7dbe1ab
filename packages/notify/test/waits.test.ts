import { createHook } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { latch, notify, type Place, semaphore, WaitList, type WaitOptions } from '../src/index.ts'

/** A thing to wait for that is not there, and how to give it to the next who waits. */
const things: Record<string, () => { wait: (options?: WaitOptions) => Promise<unknown>; give: () => void }> = {
  notify: () => {
    const ready = notify()
    return { wait: (options) => ready.wait(options), give: () => ready.notifyOne() }
  },
  semaphore: () => {
    const slots = semaphore(1)
    const held = slots.tryAcquire()
    return { wait: (options) => slots.acquire(options), give: () => held?.release() }
  },
  latch: () => {
    const door = latch()
    return { wait: (options) => door.wait(options), give: () => door.open() }
  },
}

describe.each(Object.entries(things))('abort and timeout of %s', (_, make) => {
  test.each(['abort', 'timeout'])('take nothing and free the place at once (%s)', async (end) => {
    const { wait, give } = make()
    const controller = new AbortController()
    const first = wait(end === 'abort' ? { signal: controller.signal } : { timeoutMs: 1 })
    const second = wait({ timeoutMs: 10_000 })
    if (end === 'abort') controller.abort('enough')
    await expect(first).rejects.toEqual(end === 'abort' ? 'enough' : expect.objectContaining({ code: 'timeout' }))
    give()
    await second
  })

  test('leave no listener on the signal, however the wait ends', async () => {
    const { wait, give } = make()
    const { signal } = new AbortController()
    const other = new AbortController()
    const waits = [wait({ signal: other.signal }), wait({ signal: other.signal, timeoutMs: 1 }), wait({ signal })]
    await expect(waits[1]).rejects.toMatchObject({ code: 'timeout' })
    expect([getEventListeners(other.signal, 'abort').length, getEventListeners(signal, 'abort').length]).toEqual([1, 1])
    other.abort('enough')
    await expect(waits[0]).rejects.toBe('enough')
    give()
    await waits[2]
    expect([getEventListeners(other.signal, 'abort'), getEventListeners(signal, 'abort')]).toEqual([[], []])
  })

  test('are refused at once when no wait can have them', () => {
    const { wait } = make()
    expect(() => wait({ timeoutMs: -1 })).toThrow('timeoutMs: expected 0 or more, got -1')
    expect(() => wait({ timeoutMS: 5 } as never)).toThrow('timeoutMS: no such option; there are signal, timeoutMs')
  })
})

describe('a wait', () => {
  test('is one promise', () => {
    const ready = notify()
    let promises = 0
    const init = (_: number, type: string) => {
      if (type === 'PROMISE') promises++
    }
    const hook = createHook({ init }).enable()
    void ready.wait()
    void ready.wait()
    hook.disable()
    expect(promises).toBe(2)
  })
})

describe('leaving the order', () => {
  /** A place that counts how often the list reads or writes its links. */
  class Counted implements Place {
    static touches = 0
    list: Place['list']
    #previous: Place | undefined
    #next: Place | undefined

    get previous(): Place | undefined {
      Counted.touches++
      return this.#previous
    }

    set previous(place: Place | undefined) {
      Counted.touches++
      this.#previous = place
    }

    get next(): Place | undefined {
      Counted.touches++
      return this.#next
    }

    set next(place: Place | undefined) {
      Counted.touches++
      this.#next = place
    }
  }

  test.each([3, 1000])('costs the same from any place, with %i in it', (length) => {
    const list = new WaitList<Counted>()
    const places = Array.from({ length }, () => new Counted())
    for (const place of places) list.add(place)
    for (const index of [Math.floor(length / 2), 0, length - 1]) {
      Counted.touches = 0
      list.remove(places[index] as Counted)
      expect(Counted.touches).toBeLessThanOrEqual(6)
    }
    expect(list.length).toBe(length - 3)
  })
})
