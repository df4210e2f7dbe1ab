import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { arena } from '@millrace/atomics'
import { describe, expect, test } from 'vitest'
import {
  attachLatch,
  attachNotify,
  attachSemaphore,
  type LatchHandle,
  type NotifyHandle,
  type SemaphoreHandle,
  type SharedHandle,
  type SharedLatch,
  type SharedNotify,
  type SharedOptions,
  type SharedSemaphore,
  sharedLatch,
  sharedNotify,
  sharedSemaphore,
} from '../src/shared.ts'
import { idle, listeners, wakes } from './shared-rig.ts'

interface View extends Disposable {
  readonly handle: SharedHandle<string>
}

interface Kind {
  readonly noun: string
  make(options?: SharedOptions): View
  attach(handle: SharedHandle<string>): View
  /** Begins a wait that does not end by itself. */
  wait(view: View): Promise<unknown>
  end(view: View): void
}

const kinds: readonly Kind[] = [
  {
    noun: 'notify',
    make: (options?: SharedOptions) => sharedNotify(options),
    attach: (handle: NotifyHandle) => attachNotify(handle),
    wait: (view: SharedNotify) => view.wait(),
    end: (view: SharedNotify) => view.notifyOne(),
  } as Kind,
  {
    noun: 'semaphore',
    make: (options?: SharedOptions) => sharedSemaphore(2, options),
    attach: (handle: SemaphoreHandle) => attachSemaphore(handle),
    wait: (view: SharedSemaphore) => {
      const permit = view.tryAcquire()
      return view.acquireMany(2).finally(() => permit?.release())
    },
    end: () => {},
  } as Kind,
  {
    noun: 'latch',
    make: (options?: SharedOptions) => sharedLatch(options),
    attach: (handle: LatchHandle) => attachLatch(handle),
    wait: (view: SharedLatch) => view.wait(),
    end: (view: SharedLatch) => view.open(),
  } as Kind,
]

describe.each(kinds)('a view of a shared $noun', ({ noun, make, attach, wait, end }) => {
  test('rejects its waits with AbortError when disposed, and those of no other view', async () => {
    const one = make()
    const same = attach(one.handle)
    const waits = [wait(one), wait(same)] as const
    one[Symbol.dispose]()
    one[Symbol.dispose]()
    await expect(waits[0]).rejects.toMatchObject({ name: 'AbortError' })
    expect(() => wait(one)).toThrow(`this ${noun} was disposed`)
    end(same)
    await waits[1]
    same[Symbol.dispose]()
  })

  test('is attached by a copy of its handle, and by nothing else', () => {
    const one = make()
    const handle = { ...one.handle }
    attach(handle)[Symbol.dispose]()
    expect(() => attach({ ...handle, kind: 'millrace.channel' })).toThrow(`handle: expected that of a ${noun}`)
    expect(() => attach(undefined as never)).toThrow(`handle: expected that of a ${noun}, got undefined`)
    expect(() => make({ arena: {} as never })).toThrow('arena: expected an arena, got [object Object]')
    one[Symbol.dispose]()
  })

  test('leads nowhere once the last one was disposed', () => {
    const one = make()
    const two = attach(one.handle)
    one[Symbol.dispose]()
    attach(one.handle)[Symbol.dispose]()
    two[Symbol.dispose]()
    expect(() => attach(one.handle)).toThrow(`handle: the ${noun} is gone: no thread had it any more`)
  })

  test('takes no more memory when ten thousand were made and disposed, waits and all', async () => {
    const own = arena({ maxBytes: 2 ** 18 })
    for (let i = 0; i < 10_000; i++) {
      const view = make({ arena: own })
      if (i % 10 === 0) {
        const waiting = wait(view)
        await Promise.resolve()
        view[Symbol.dispose]()
        await waiting.catch(() => {})
      } else view[Symbol.dispose]()
    }
    expect(own.views(0).u8.length).toBeLessThanOrEqual(2 ** 18)
    const heap = () => {
      globalThis.gc?.()
      return process.memoryUsage().heapUsed
    }
    const before = heap()
    for (let i = 0; i < 10_000; i++) make({ arena: own })[Symbol.dispose]()
    expect(heap() - before).toBeLessThan(1_000_000)
  })
})

describe('a disposed notify', () => {
  test('leaves a wake that was not used to others, and is let go once its listeners are done', async () => {
    const notify = sharedNotify()
    const other = attachNotify(notify.handle)
    const listener = other.listen()
    notify.notifyOne()
    other.notifyOne()
    await other.wait()
    other[Symbol.dispose]()
    expect(listeners(notify.handle)).toBe(0)
    listener[Symbol.dispose]()
    expect(wakes(notify.handle)).toBe(1)
    notify[Symbol.dispose]()
    expect(() => attachNotify(notify.handle)).toThrow('gone')
  })

  test('lives on in a permit', () => {
    const slots = sharedSemaphore(1)
    const permit = slots.tryAcquire()
    slots[Symbol.dispose]()
    const again = attachSemaphore(slots.handle)
    expect(again.available).toBe(0)
    again[Symbol.dispose]()
    permit?.release()
    expect(() => attachSemaphore(slots.handle)).toThrow('gone')
  })
})

test('more listeners than are counted are refused, and counted again when some left', () => {
  const notify = sharedNotify()
  const all = Array.from({ length: 65_534 }, () => notify.listen())
  expect(() => notify.listen()).toThrow('listen: 65534 listen already')
  all.pop()?.[Symbol.dispose]()
  notify.listen()
  notify.notifyAll()
  expect(listeners(notify.handle)).toBe(0)
  notify[Symbol.dispose]()
})

describe('the process', () => {
  test.each([
    [
      'stays while somebody awaits a thread that does not hold it',
      'await ready.wait(); console.log("woken")',
      'woken\n',
    ],
    ['ends when nobody awaits', 'ready.listen(); attachNotify(ready.handle)', ''],
    [
      'ends when the wait is over',
      'await ready.wait({ timeoutMs: 1 }).catch(({ code }) => console.log(code))',
      'timeout\n',
    ],
    [
      'ends when the one who waited is disposed',
      'ready.wait().catch(({ name }) => console.log(name)); await null; ready[Symbol.dispose]()',
      'AbortError\n',
    ],
  ])('%s', async (_, code, printed) => {
    const child = spawn(
      process.execPath,
      [...process.execArgv, '--conditions=@millrace/source', '--input-type=module', '-e', program(code)],
      { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    expect(await once(child, 'close')).toEqual([0, null])
    expect(out).toBe(printed)
    await idle()
  })
})

/** A program with a notify, and a thread that wakes one who waits there but does not hold the process. */
function program(code: string): string {
  return `
    import { Worker } from 'node:worker_threads'
    import { attachNotify, sharedNotify } from '@millrace/notify/shared'
    const ready = sharedNotify()
    const thread = \`
      Promise.all([import('node:worker_threads'), import('@millrace/notify/shared')]).then(([threads, shared]) => {
        setTimeout(() => shared.attachNotify(threads.workerData).notifyOne(), 50)
      })\`
    ${code.includes('woken') ? 'new Worker(thread, { eval: true, workerData: ready.handle }).unref()' : ''}
    ${code}`
}
