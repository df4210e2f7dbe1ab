import { EventEmitter, getEventListeners } from 'node:events'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { fromEvents } from '../src/events.ts'
import { idle } from './local.ts'

const three = ['a', 'b', 'c']

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = []
  for await (const value of values) got.push(value)
  return got
}

describe('fromEvents', () => {
  test('gives events of an emitter and of a target, and stops listening when closed', async () => {
    const emitter = new EventEmitter()
    const target = new EventTarget()
    const events = fromEvents<string>(emitter, 'tea', { capacity: 2, overflow: 'drop-newest' })
    const domEvents = fromEvents<Event>(target, 'tea', { capacity: 2, overflow: 'drop-newest' })
    for (const leaf of three) emitter.emit('tea', leaf)
    target.dispatchEvent(new Event('tea'))
    expect([events.tryReceive(), events.tryReceive(), events.tryReceive()]).toEqual(['a', 'b', undefined])
    expect((await domEvents.receive())?.type).toBe('tea')
    events.close()
    await idle()
    expect(emitter.listenerCount('tea') + emitter.listenerCount('error')).toBe(0)
  })

  test('pauses a source that can be paused exactly while the channel is full', async () => {
    class Tap extends EventEmitter {
      readonly calls: string[] = []
      pause = () => this.calls.push('pause')
      resume = () => this.calls.push('resume')
    }
    const tap = new Tap()
    const drops = fromEvents<number>(tap, 'drop', { capacity: 2 })
    tap.emit('drop', 1)
    expect(tap.calls).toEqual([])
    tap.emit('drop', 2)
    tap.emit('drop', 3)
    expect(tap.calls).toEqual(['pause'])
    await idle()
    expect([drops.tryReceive(), tap.calls]).toEqual([1, ['pause']])
    drops.tryReceive()
    await idle()
    expect([tap.calls, drops.tryReceive()]).toEqual([['pause', 'resume'], 3])
  })

  test('never pauses a source whose events may be dropped, and drops what it is told to', async () => {
    const tap = Object.assign(new EventEmitter(), { pause: () => expect.fail(), resume: () => expect.fail() })
    const drops = fromEvents<number>(tap, 'drop', { capacity: 2, overflow: 'drop-oldest' })
    for (let i = 0; i < 6; i++) tap.emit('drop', i)
    expect(await drops.receiveMany(9)).toEqual([4, 5])
  })

  test('gives null for an event without an argument', () => {
    const emitter = new EventEmitter()
    const events = fromEvents(emitter, 'tick', { capacity: 1, overflow: 'drop-oldest' })
    emitter.emit('tick')
    expect(events.tryReceive()).toBeNull()
  })

  test('leaves no listener on its signal when it closes', async () => {
    const { signal } = new AbortController()
    fromEvents(new EventEmitter(), 'tick', { capacity: 1, overflow: 'drop-oldest', signal }).close()
    await idle()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('refuses overflow reject, since events have nobody to reject, and a capacity below 1', () => {
    const emitter = new EventEmitter()
    expect(() => fromEvents(emitter, 'tick', { capacity: 1, overflow: 'reject' as never })).toThrow('overflow: ')
    expect(() => fromEvents(emitter, 'tick', { capacity: 0, overflow: 'drop-newest' })).toThrow('capacity: ')
  })

  test('refuses to wait on a source that cannot be paused', () => {
    expect(() => fromEvents(new EventEmitter(), 'tea', { capacity: 1 })).toThrow(
      'overflow: this source cannot be paused',
    )
  })

  test('closes with the error event of an emitter, its end event, or its signal', async () => {
    const options = { capacity: 2, overflow: 'drop-oldest' } as const
    const emitter = new EventEmitter()
    const failing = fromEvents(emitter, 'tea', options)
    emitter.emit('error', 'burst')
    await expect(failing.receive()).rejects.toBe('burst')
    const controller = new AbortController()
    const aborted = fromEvents(emitter, 'tea', { ...options, signal: controller.signal })
    controller.abort('enough')
    await expect(aborted.receive()).rejects.toBe('enough')
  })

  describe('at its end, while events wait for room', () => {
    class Tap extends EventEmitter {
      readonly calls: string[] = []
      pause = () => this.calls.push('pause')
      resume = () => this.calls.push('resume')
    }

    const endings: Record<string, [(tap: Tap, controller: AbortController) => void, outcome: unknown]> = {
      'its end event': [(tap) => tap.emit('close'), 'the end'],
      'the error event': [(tap) => tap.emit('error', 'burst'), 'burst'],
      'its signal': [(_, controller) => controller.abort('enough'), 'enough'],
    }

    test.each(Object.entries(endings))('delivers all that came before %s, then ends', async (_, [finish, outcome]) => {
      const [tap, controller] = [new Tap(), new AbortController()]
      const { signal } = controller
      const drops = fromEvents<number>(tap, 'drop', { capacity: 1, end: ['close'], signal })
      for (let i = 0; i < 5; i++) tap.emit('drop', i)
      finish(tap, controller)
      tap.emit('drop', 5)
      const listening = ['drop', 'close', 'error'].map((name) => tap.listenerCount(name))
      expect([listening, getEventListeners(signal, 'abort')]).toEqual([[0, 0, 0], []])
      const got: unknown[] = []
      try {
        for await (const drop of drops) got.push(drop)
        got.push('the end')
      } catch (error) {
        got.push(error)
      }
      expect(got).toEqual([0, 1, 2, 3, 4, outcome])
      expect(tap.calls).toEqual(['pause'])
    })

    test('keeps a source paused until all of them are in', async () => {
      const tap = new Tap()
      const drops = fromEvents<number>(tap, 'drop', { capacity: 1 })
      for (let i = 0; i < 3; i++) tap.emit('drop', i)
      for (let i = 0; i < 2; i++) {
        expect(await drops.receive()).toBe(i)
        await idle()
        expect(tap.calls).toEqual(['pause'])
      }
      expect(await drops.receive()).toBe(2)
      await idle()
      expect(tap.calls).toEqual(['pause', 'resume'])
    })

    test('leaves no line of a readline behind, whoever closes it', async () => {
      const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`)
      for (const by of ['end of input', 'close']) {
        const input = new PassThrough()
        const readline = createInterface({ input })
        const receiver = fromEvents<string>(readline, 'line', { capacity: 1, end: ['close'] })
        input.write(`${lines.join('\n')}\n`)
        await idle()
        if (by === 'close') readline.close()
        else input.end()
        expect(await all(receiver)).toEqual(lines)
      }
    })

    test('closes with the error of a source that cannot go on', async () => {
      const tap = new Tap()
      tap.resume = () => {
        throw new Error('dry')
      }
      const drops = fromEvents<number>(tap, 'drop', { capacity: 1 })
      tap.emit('drop', 0)
      expect(await drops.receive()).toBe(0)
      await expect(drops.receive()).rejects.toThrow('dry')
    })

    test('drops them when the receiver closes, and stops at once', async () => {
      const tap = new Tap()
      const drops = fromEvents<number>(tap, 'drop', { capacity: 1 })
      for (let i = 0; i < 3; i++) tap.emit('drop', i)
      drops.close()
      expect(await all(drops)).toEqual([0])
      expect([tap.listenerCount('drop'), tap.calls]).toEqual([0, ['pause']])
    })
  })

  test('closes with an error also when the error event carries none', async () => {
    const emitter = new EventEmitter()
    const failing = fromEvents(emitter, 'tea', { capacity: 1, overflow: 'drop-oldest' })
    emitter.emit('error')
    await expect(failing.receive()).rejects.toThrow('the source failed')
  })

  const misuses: Record<string, [options: unknown, message: string]> = {
    'no options': [undefined, 'options: expected { capacity'],
    'an option it has not': [{ capacity: 1, ends: ['y'] }, 'ends: no such option'],
    'a signal that is none': [{ capacity: 1, overflow: 'drop-oldest', signal: {} }, 'signal: expected an AbortSignal'],
    'an end that is no list': [{ capacity: 1, overflow: 'drop-oldest', end: 'close' }, 'end: expected'],
    'an end that is no list of names': [{ capacity: 1, overflow: 'drop-oldest', end: [5] }, 'end: expected'],
    'an onDrop that is no function': [{ capacity: 1, overflow: 'drop-oldest', onDrop: 5 }, 'onDrop: expected'],
  }

  test.each(Object.entries(misuses))('refuses %s and listens to nothing', (_, [options, message]) => {
    const emitter = new EventEmitter()
    expect(() => fromEvents(emitter, 'tea', options as never)).toThrow(message)
    expect(emitter.eventNames()).toEqual([])
  })

  test('refuses a source that is none, and a name that is none', () => {
    for (const source of [undefined, null, 'tap', {}]) {
      expect(() => fromEvents(source as never, 'tea', { capacity: 1, overflow: 'drop-oldest' })).toThrow(
        'source: expected an EventEmitter or an EventTarget',
      )
    }
    expect(() => fromEvents(new EventEmitter(), undefined as never, { capacity: 1, overflow: 'drop-oldest' })).toThrow(
      'name: expected a string, got undefined',
    )
  })
})
