import { PARKED_RECEIVERS, PARKED_SENDERS } from '@millrace/atomics'
import { describe, expect, test } from 'vitest'
import { allBack, given, idle, listeners, sleeps, thread, until, wakes } from './shared-rig.ts'

/** Each kills four threads; `ROUNDS=250` makes a thousand. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 5)

describe('notifyOne', () => {
  test('wakes exactly one of all threads, whether it awaits or blocks', async () => {
    const all = given()
    const { notify } = all
    const [a, b] = [await thread(all), await thread(all)]
    const words = () => a.told.length + b.told.length + here
    let here = 0
    a.do('wait')
    b.do('waitSync')
    notify.wait().then(() => here++)
    await until(() => listeners(notify.handle) === 3)
    for (let woken = 1; woken <= 3; woken++) {
      notify.notifyOne()
      await until(() => words() === woken && listeners(notify.handle) === 3 - woken)
    }
    expect([a.told, b.told, here, wakes(notify.handle)]).toEqual([['wait'], ['waitSync'], 1, 0])
  })

  test('of another thread wakes who awaits here, and is stored if nobody does', async () => {
    const all = given()
    const { notify } = all
    const { finish } = await thread(all)
    const waiting = notify.wait()
    await finish('notifyOne')
    await waiting
    await finish('notifyOne')
    await finish('notifyOne')
    expect(wakes(notify.handle)).toBe(1)
    await notify.wait()
  })
})

test('notifyAll wakes exactly those who are registered, in all threads', async () => {
  const all = given()
  const { notify } = all
  const [a, b] = [await thread(all), await thread(all)]
  a.do('waitSync')
  b.do('wait')
  const here = notify.listen()
  await until(() => listeners(notify.handle) === 3)
  await (await thread(all)).finish('notifyAll')
  await here.wait()
  await until(() => a.told.length + b.told.length === 2)
  expect([listeners(notify.handle), wakes(notify.handle)]).toEqual([0, 0])
  await expect(notify.wait({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'timeout' })
})

describe('waitSync', () => {
  test('takes a stored wake, and leaves the order when its time is over', async () => {
    const { notify } = given()
    notify.notifyOne()
    notify.waitSync(0)
    expect(() => notify.waitSync(0)).toThrow('timed out after 0 ms')
    expect(() => notify.waitSync(1)).toThrow('timed out after 1 ms')
    expect(() => notify.waitSync(-1)).toThrow('timeoutMs: expected 0 or more, got -1')
    expect(listeners(notify.handle)).toBe(0)
  })

  test('times out in a thread that sleeps', async () => {
    const all = given()
    const worker = await thread(all)
    await worker.finish('timeOutSync')
    expect(worker.told).toEqual(['timeout'])
  })

  test('wakes those who listen in the same thread, if all were woken', async () => {
    const { notify } = given()
    const first = notify.listen()
    notify.notifyAll()
    expect(() => notify.waitSync(0)).toThrow('timed out')
    await first.wait()
  })
})

describe('a thread that is terminated', () => {
  test.each(['wait', 'waitSync'] as const)('in %s leaves no listener, and takes no wake with it', async (verb) => {
    const all = given()
    const { notify } = all
    const { worker, do: tell } = await thread(all)
    tell(verb)
    await until(() => listeners(notify.handle) === 1 && sleeps(notify.handle, PARKED_RECEIVERS))
    const waiting = notify.wait()
    await worker.terminate()
    notify.notifyOne()
    await waiting
    expect([listeners(notify.handle), wakes(notify.handle)]).toEqual([0, 0])
  })

  test('with a wake that it has not used gives it to another', async () => {
    const all = given()
    const { notify } = all
    const { worker, do: tell } = await thread(all)
    tell('sitOnWake')
    await until(() => listeners(notify.handle) === 2)
    const waiting = notify.listen()
    notify.notifyOne()
    await until(() => listeners(notify.handle) === 2 && wakes(notify.handle) === 0)
    await worker.terminate()
    await waiting.wait()
    expect([listeners(notify.handle), wakes(notify.handle)]).toEqual([0, 0])
  })

  test.each(['terminate', 'exit', 'crash'] as const)('(%s) gives its permits back', async (end) => {
    const all = given(3)
    const { semaphore } = all
    const { worker, finish, do: tell } = await thread(all)
    await finish('acquireTwo')
    expect(semaphore.available).toBe(1)
    const waiting = semaphore.acquireMany(3)
    worker.on('error', () => {})
    if (end === 'terminate') await worker.terminate()
    else tell(end)
    const permit = await waiting
    expect([permit.count, semaphore.available]).toEqual([3, 0])
    permit.release()
  })

  test('while it waits for permits keeps nobody from them', async () => {
    const all = given(2)
    const { semaphore } = all
    const permit = await semaphore.acquire()
    const { worker, do: tell } = await thread(all)
    tell('acquireTwoSync')
    await until(() => sleeps(semaphore.handle, PARKED_SENDERS))
    await worker.terminate()
    permit.release()
    expect((await semaphore.acquireMany(2)).count).toBe(2)
  })

  test(
    'at any moment leaves nothing behind',
    async () => {
      const all = given(3)
      const { notify, semaphore } = all
      for (let i = 0; i < ROUNDS; i++) {
        const threads = await Promise.all([thread(all), thread(all), thread(all), thread(all)])
        for (const [n, { do: tell }] of threads.entries()) tell(n % 2 === 0 ? 'spinUntilKilled' : 'loopUntilKilled')
        await until(() => threads.every(({ told }) => told.length > 0))
        for (const { worker } of threads) {
          for (let turns = i % 20; turns > 0; turns--) await idle()
          notify.notifyOne()
          await worker.terminate()
        }
        await allBack(semaphore)
        expect(listeners(notify.handle)).toBe(0)
        expect(wakes(notify.handle)).toBeLessThanOrEqual(1)
        const waiting = notify.wait()
        notify.notifyOne()
        await waiting
        semaphore.tryAcquire(3)?.release()
      }
    },
    60_000 + ROUNDS * 10_000,
  )
})

describe('a semaphore', () => {
  test('hands permits from thread to thread', async () => {
    const all = given(2)
    const { semaphore } = all
    const [a, b] = [await thread(all), await thread(all)]
    const held = semaphore.acquireManySync(2)
    a.do('acquireTwo')
    b.do('acquireTwoSync')
    await until(() => sleeps(semaphore.handle, PARKED_SENDERS))
    held.release()
    await until(() => a.told.length + b.told.length === 1)
    expect(semaphore.tryAcquire()).toBeUndefined()
    const [first, second] = a.told.length === 1 ? [a, b] : [b, a]
    await first.finish('release')
    await until(() => second.told.length === 1)
    await second.finish('release')
    expect(semaphore.available).toBe(2)
    expect(() => semaphore.acquireSync(-1)).toThrow('timeoutMs: expected 0 or more, got -1')
    expect(() => semaphore.acquireManySync(3)).toThrow('count: expected an integer from 1 to 2, got 3')
  })

  test('times out while another thread holds its permits', async () => {
    const all = given(2)
    await (await thread(all)).finish('acquireTwo')
    expect(() => all.semaphore.acquireSync(2)).toThrow('timed out after 2 ms')
    await expect(all.semaphore.acquire({ timeoutMs: 2 })).rejects.toMatchObject({ code: 'timeout' })
  })
})

describe('a latch', () => {
  describe.each(['open', 'openAndReset'] as const)('by %s', (verb) => {
    test.each(['enter', 'enterSync'] as const)('lets a thread through that waits in %s', async (wait) => {
      const all = given()
      const [waiter, opener] = [await thread(all), await thread(all)]
      waiter.do(wait)
      await until(() => sleeps(all.latch.handle, PARKED_RECEIVERS))
      await opener.finish(verb)
      await until(() => waiter.told.length === 1)
      expect([waiter.told, all.latch.isOpen]).toEqual([[wait], verb === 'open'])
    })

    test('lets through who awaits here', async () => {
      const all = given()
      const waiting = all.latch.wait()
      await (await thread(all)).finish(verb)
      await waiting
      expect(all.latch.isOpen).toBe(verb === 'open')
    })
  })
})
