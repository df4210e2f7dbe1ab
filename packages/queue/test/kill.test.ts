import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openQueues, type QueueEngine } from '../src/index.ts'
import { CrashChild } from './crash-parent.ts'
import { Random, seeds } from './random.ts'
import { now, rejection } from './support.ts'

let path: string
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'millrace-kill-'))
})
afterEach(() => rm(path, { recursive: true, force: true }))

const FOREVER = { timeout: 3_600_000 }

/** What may be there, and what has to be, after all that processes have told. */
class Told {
  readonly sent = new Set<string>()
  readonly leaving = new Set<string>()
  readonly gone = new Set<string>()
  readonly possible = new Set<string>()

  add(child: CrashChild): void {
    for (const body of child.told('sending')) this.possible.add(body)
    for (const body of child.told('sent')) this.sent.add(body)
    for (const body of child.told('acking')) this.leaving.add(body)
    for (const body of child.told('acked')) this.gone.add(body)
  }

  /** Takes all that is there, which is compared, and what is found has been sent. */
  async check(queues: QueueEngine): Promise<void> {
    const found: string[] = []
    for (const queue of ['a', 'dead']) {
      const peeked = await queues.peek(queue, { max: 99_999 })
      found.push(...peeked.map((message) => message.text().trim()))
    }
    const { inFlight, delayed } = await queues.stats('a')
    expect(delayed).toBe(0)
    expect(new Set(found).size, 'each is there once').toBe(found.length)
    for (const body of found) {
      if (this.gone.has(body)) throw new Error(`${body} came back`)
      if (!this.possible.has(body)) throw new Error(`${body} was never sent`)
    }
    const there = new Set(found)
    const missing = [...this.sent].filter((body) => !there.has(body) && !this.gone.has(body) && !this.leaving.has(body))
    // Those in flight cannot be seen.
    if (missing.length > inFlight) throw new Error(`${missing.length - inFlight} of ${missing} are lost`)
  }
}

describe('a process that is killed at any moment', () => {
  test.each(['always', 'never', '5'])(
    'loses nothing that it was answered, and nothing comes back, with sync %s',
    FOREVER,
    async (sync) => {
      for (const seed of seeds('KILL_ROUNDS', 2)) {
        const random = new Random(seed)
        const told = new Told()
        const folder = join(path, `${seed}`)
        for (let life = 0; life < 3; life++) {
          const child = new CrashChild(folder, sync, seed * 10 + life)
          if (random.chance(0.2)) await child.until('opening')
          else {
            await child.until('open')
            await child.until('sent', random.between(1, 60))
          }
          await pause(random.between(0, 5))
          await child.kill(random.pick(['SIGKILL', 'SIGKILL', 'SIGTERM']))
          expect(child.errors).toBe('')
          told.add(child)
          const queues = await openQueues({ path: folder })
          try {
            expect(queues.recovery.damages).toEqual([])
            if ((await queues.list()).length === 2) await told.check(queues)
            else expect(told.sent.size).toBe(0)
          } catch (error) {
            throw new Error(`SEED=${seed} KILL_ROUNDS=1, life ${life}`, { cause: error })
          } finally {
            await queues.close()
          }
        }
      }
    },
  )
})

describe('a process that ends', () => {
  test('without queues, or with empty ones, again and again, leaves a folder that opens', FOREVER, async () => {
    for (const mode of ['hold', 'hold', 'hold'] as const) {
      const child = new CrashChild(path, 'always', 1, mode)
      await child.until('open')
      await child.kill()
      const queues = await openQueues({ path })
      expect([await queues.list(), queues.recovery]).toMatchObject([['dead', 'a'], { messages: 0, tornBytes: 0 }])
      await queues.close()
    }
  })

  test('by itself right after a send was answered loses nothing, however it is synced', FOREVER, async () => {
    for (const sync of ['always', 'never', '100000']) {
      const folder = join(path, sync)
      const child = new CrashChild(folder, sync, 1, 'exit')
      expect(await child.ended()).toEqual([0, null])
      const queues = await openQueues({ path: folder })
      expect((await queues.peek('a'))[0]?.text()).toBe('last')
      await queues.close()
    }
  })

  test('does so though its queues are open, when it has nothing else to do', FOREVER, async () => {
    for (const sync of ['always', '100000']) {
      const child = new CrashChild(join(path, sync), sync, 1, 'idle')
      expect(await child.ended()).toEqual([0, null])
    }
  })
})

describe('a folder that another process has open', () => {
  test('is refused, naming that process, until it is killed: then it opens at once', FOREVER, async () => {
    const child = new CrashChild(path, 'always', 1, 'hold')
    await child.until('open')
    const error = await rejection(openQueues({ path }))
    expect(error).toMatchObject({ code: 'locked', message: expect.stringContaining(`process ${child.pid} `) })
    await child.kill()
    const queues = await openQueues({ path })
    expect(await queues.receive('a', now)).toEqual([])
    await queues.close()
  })
})
