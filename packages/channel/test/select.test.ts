import { getEventListeners } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { after, select } from '../src/index.ts'
import { channel, idle } from './local.ts'

const never = () => new Promise<never>(() => {})

describe('select', () => {
  test('sees a promise, before or after it resolves', async () => {
    expect(await select([after(10_000), Promise.resolve('tea').then((leaf) => leaf)])).toEqual({
      index: 1,
      kind: 'promise',
      value: 'tea',
    })
    const resolved = Promise.resolve('tea')
    await select([resolved])
    expect(await select([resolved])).toEqual({ index: 0, kind: 'promise', value: 'tea' })
  })

  test('rejects with a promise that rejects', async () => {
    await expect(select([Promise.reject(new Error('burst')), never()])).rejects.toThrow('burst')
  })

  test('sees a signal, aborted before or after', async () => {
    const controller = new AbortController()
    const selecting = select([never(), controller.signal])
    controller.abort('enough')
    expect(await selecting).toEqual({ index: 1, kind: 'signal', value: 'enough' })
    expect(await select([controller.signal])).toEqual({ index: 0, kind: 'signal', value: 'enough' })
  })

  test('rejects when its own signal or timeout ends it', async () => {
    await expect(select([never()], { timeoutMs: 1 })).rejects.toMatchObject({ code: 'timeout' })
    await expect(select([never()], { signal: AbortSignal.abort('no') })).rejects.toBe('no')
  })

  test('never waits with timeoutMs 0, and has no limit with Infinity', async () => {
    await expect(select([after(0)], { timeoutMs: 0 })).rejects.toMatchObject({ code: 'timeout', timeoutMs: 0 })
    const { sender, receiver } = channel<string>({ capacity: 1 })
    const selecting = select([receiver.case(), after(Number.POSITIVE_INFINITY)], {
      timeoutMs: Number.POSITIVE_INFINITY,
    })
    await idle()
    await sender.send('tea')
    expect((await selecting).value).toBe('tea')
  })

  test('does what the overflow says when it sends to a full channel', async () => {
    const rejecting = channel<string>({ capacity: 1, overflow: 'reject' })
    await rejecting.sender.send('a')
    await expect(select([rejecting.sender.case('b')])).rejects.toMatchObject({ code: 'full', value: 'b' })
    const dropped: string[] = []
    const dropping = channel<string>({ capacity: 1, overflow: 'drop-newest', onDrop: (value) => dropped.push(value) })
    await dropping.sender.send('a')
    await select([dropping.sender.case('b')])
    expect(dropped).toEqual(['b'])
  })

  test('keeps a channel usable when the withdrawal of a foreign case throws', async () => {
    const { sender, receiver } = channel<string>({ capacity: 1 })
    const foreign = {
      kind: 'promise' as const,
      attempt: () => undefined,
      enlist: () => () => {
        throw new Error('clumsy')
      },
    }
    const selecting = select([receiver.case(), foreign])
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve))
    await sender.send('a')
    await Promise.race([selecting, uncaught])
    await sender.send('b')
    expect(await receiver.receive()).toBe('b')
  })

  test.each([[[0, 1]], [[0, 9]], [[2, 3, 7]], [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]])(
    'chooses %j of ten, which are always ready, equally often',
    async (ready) => {
      const rounds = 4000
      const fair = rounds / ready.length
      const channels = Array.from({ length: 10 }, () => channel<number>({ capacity: rounds }))
      const cases = channels.map(({ receiver }) => receiver.case())
      for (const index of ready) await channels[index]?.sender.sendMany(Array.from({ length: rounds }, (_, i) => i))
      const counts = new Map(ready.map((index) => [index, 0]))
      for (let i = 0; i < rounds; i++) {
        const { index } = await select(cases)
        counts.set(index, (counts.get(index) ?? 0) + 1)
      }
      expect([...counts.keys()]).toEqual(ready)
      // Nine standard deviations: a fair choice never fails this.
      for (const count of counts.values()) expect(Math.abs(count - fair)).toBeLessThan(9 * Math.sqrt(fair))
    },
  )

  test('sends to a full channel that rejects only if nothing else can be done', async () => {
    for (let i = 0; i < 50; i++) {
      const full = channel<string>({ capacity: 1, overflow: 'reject' })
      const other = channel<string>({ capacity: 1 })
      full.sender.trySend('a')
      other.sender.trySend('b')
      const cases = [full.sender.case('c'), other.receiver.case()] as const
      expect((await select(cases, { timeoutMs: 0 })).value).toBe('b')
      await expect(select(cases, { timeoutMs: 0 })).rejects.toMatchObject({ code: 'full', value: 'c' })
      await expect(select([...cases, after(60_000)])).rejects.toMatchObject({ code: 'full', value: 'c' })
      expect([full.receiver.tryReceive(), other.receiver.stats().waitingReceivers]).toEqual(['a', 0])
      expect((await select(cases)).kind).toBe('send')
    }
  })

  test('sees the error of a closed channel among others, also when that is of a full channel', async () => {
    const full = Object.assign(new Error('full'), { code: 'full' })
    const [closed, other] = [channel<string>({ capacity: 1 }), channel<string>({ capacity: 1 })]
    closed.sender.close(full)
    other.sender.trySend('a')
    const random = vi.spyOn(Math, 'random').mockReturnValue(0)
    const selecting = select([closed.receiver.case(), other.receiver.case()])
    random.mockRestore()
    await expect(selecting).rejects.toBe(full)
  })

  test('can always send to a full channel that drops the newest, by dropping', async () => {
    const dropped: string[] = []
    const full = channel<string>({ capacity: 1, overflow: 'drop-newest', onDrop: (value) => dropped.push(value) })
    const other = channel<string>({ capacity: 1000 })
    full.sender.trySend('a')
    await other.sender.sendMany(Array.from({ length: 1000 }, () => 'b'))
    const kinds: string[] = []
    for (let i = 0; i < 1000; i++) kinds.push((await select([full.sender.case('c'), other.receiver.case()])).kind)
    expect(dropped.length).toBe(kinds.filter((kind) => kind === 'send').length)
    expect(Math.abs(dropped.length - 500)).toBeLessThan(200)
  })

  test('takes from one channel only when two become ready in the same turn', async () => {
    const [a, b] = [channel<string>({ capacity: 1 }), channel<string>({ capacity: 1 })]
    const selecting = select([a.receiver.case(), b.receiver.case()])
    a.sender.trySend('a')
    b.sender.trySend('b')
    const { value } = await selecting
    await idle()
    expect([value, a.receiver.tryReceive(), b.receiver.tryReceive()].sort()).toEqual(['a', 'b', undefined])
  })

  test('sends in room that its own receive has made', async () => {
    const { sender, receiver } = channel<string>({ capacity: 2 })
    const waiting = receiver.receiveMany(2)
    expect([sender.trySend('a'), sender.trySend('b')]).toEqual(['sent', 'sent'])
    // The send is asked first, while the channel is full.
    const random = vi.spyOn(Math, 'random').mockReturnValue(0)
    const selecting = select([sender.case('c'), receiver.case()], { timeoutMs: 1000 })
    random.mockRestore()
    expect([await waiting, (await selecting).kind, receiver.tryReceive()]).toEqual([['a', 'b'], 'send', 'c'])
  })

  test('meets another select on a rendezvous', async () => {
    const { sender, receiver } = channel<string>({ capacity: 0 })
    const receiving = select([receiver.case(), after(10_000)])
    expect((await select([sender.case('tea'), after(10_000)])).kind).toBe('send')
    expect((await receiving).value).toBe('tea')
  })

  test('leaves nothing behind: no place, no listener, no timer, flat memory', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const timersBefore = timers()
    const quiet = channel<number>({ capacity: 1 })
    const busy = channel<number>({ capacity: 1 })
    const forever = never()
    const { signal } = new AbortController()
    const rounds = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const selecting = select([quiet.receiver.case(), busy.receiver.case(), forever, signal, after(60_000)])
        busy.sender.trySend(i)
        await selecting
      }
      globalThis.gc?.()
      return process.memoryUsage().heapUsed
    }
    const before = await rounds(5_000)
    expect((await rounds(100_000)) - before).toBeLessThan(1_000_000)
    expect(quiet.receiver.stats().waitingReceivers).toBe(0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect(timers()).toBeLessThanOrEqual(timersBefore)
  })

  test('throws TypeError for no cases, or something that is none', () => {
    expect(() => select([])).toThrow('cases: expected at least one')
    expect(() => select([5 as never])).toThrow('got 5')
    expect(() => after(-1)).toThrow(RangeError)
  })
})
