import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { until } from '../../../tooling/testing/waiting.ts'
import { openQueues } from '../src/index.ts'
import { lockFolder } from '../src/log/lock.ts'
import { newOwner, toStatus } from '../src/log/owner.ts'
import { rejection, texts } from './support.ts'

let path: string
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'millrace-lock-'))
})
afterEach(() => rm(path, { recursive: true, force: true }))

/** A number that no process has. */
const NOBODY = 2 ** 22 + 1

/** Writes the lock of another owner, last touched so long ago. */
async function stale(owner: object | string, silentMs = 0, name = 'lock'): Promise<void> {
  await writeFile(join(path, name), typeof owner === 'string' ? owner : JSON.stringify({ ...newOwner(), ...owner }))
  const at = new Date(Date.now() - silentMs)
  await utimes(join(path, name), at, at)
}

const tried = () => rejection((async () => lockFolder(path, () => {}).release())())

describe('a folder that is open', () => {
  test('is refused to the same process, which is named', async () => {
    const queues = await openQueues({ path })
    const error = await rejection(openQueues({ path }))
    expect(error).toMatchObject({ code: 'locked', message: expect.stringContaining(`process ${process.pid} at `) })
    await queues.create('a')
    await queues.send('a', 'x')
    await queues.close()
    const again = await openQueues({ path })
    expect(texts(await again.peek('a'))).toEqual(['x'])
    await again.close()
    expect((await readdir(path)).filter((name) => name.startsWith('lock'))).toEqual([])
  })

  test('can be opened again when opening it has failed', async () => {
    await writeFile(join(path, '000000000001.log'), '')
    await writeFile(join(path, '000000000003.log'), '')
    for (let i = 0; i < 2; i++) expect(await rejection(openQueues({ path }))).toMatchObject({ code: 'damaged' })
  })
})

describe('a lock that was left', () => {
  test('by a process of this place that is gone is taken at once', async () => {
    await stale({ pid: NOBODY })
    lockFolder(path, () => {}).release()
  })

  test('by a process whose number another one has now is taken at once', async () => {
    await stale({ startedAt: 'long ago' })
    lockFolder(path, () => {}).release()
  })

  test.runIf(process.platform === 'linux')(
    'by a process that is gone, and whose parent does not look at that, is taken at once',
    async () => {
      const parent = spawn('/bin/sh', ['-c', 'sleep 3600 & echo $!; exec sleep 3600'])
      onTestFinished(() => void parent.kill('SIGKILL'))
      const pid = Number(String((await once(parent.stdout, 'data'))[0]))
      onTestFinished(() => void process.kill(pid, 'SIGKILL'))
      const fields = async (of = pid) => (await readFile(`/proc/${of}/stat`, 'utf8')).split(/[()]/)
      // By then the parent is a program that does not know of the child that it has.
      await until(async () => (await fields(parent.pid))[1] === 'sleep')
      await stale({ pid, startedAt: (await fields())[2]?.split(' ')[20] })
      expect(await tried()).toMatchObject({ code: 'locked' })
      process.kill(pid, 'SIGKILL')
      await until(async () => (await fields())[2]?.split(' ')[1] === 'Z')
      lockFolder(path, () => {}).release()
    },
  )

  test('by a process whose first thread has ended, and another one has not, is not taken', () => {
    const told = (state: string, threads: number) =>
      toStatus(`7 (a) S (b) ${state} 1 7 7 0 -1 4227084 1 2 0 0 5 0 3 0 20 0 ${threads} 0 591 0 0 9`)
    expect(told('Z', 2)).toEqual({ startedAt: '591', hasEnded: false })
    expect(told('Z', 1)).toEqual({ startedAt: '591', hasEnded: true })
    expect(told('S', 1)).toEqual({ startedAt: '591', hasEnded: false })
  })

  test('is not taken from a process that did not know when it began', async () => {
    await stale({ startedAt: '' })
    expect(await tried()).toMatchObject({ code: 'locked' })
  })

  test('is not taken from a process of which the system tells nothing', async () => {
    await stale({})
    const { readFileSync } = fs
    const denied = (...given: Parameters<typeof readFileSync>) => {
      if (given[0] === `/proc/${process.pid}/stat`)
        throw Object.assign(new Error('too many open files'), { code: 'EMFILE' })
      return readFileSync(...given)
    }
    onTestFinished(() => {
      fs.readFileSync = readFileSync
      syncBuiltinESMExports()
    })
    fs.readFileSync = denied as typeof readFileSync
    syncBuiltinESMExports()
    expect(await tried()).toMatchObject({ code: 'locked' })
    await stale({ pid: NOBODY })
    lockFolder(path, () => {}).release()
  })

  test('by a process of another place is taken only when it has been silent for long', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    await stale({ place: 'elsewhere x', pid: NOBODY })
    expect(await tried()).toMatchObject({ code: 'locked', message: expect.stringContaining(`${NOBODY} at elsewhere;`) })
    await stale({ place: 'elsewhere x', pid: NOBODY }, 14_000)
    expect(await tried()).toMatchObject({ code: 'locked' })
    await stale({ place: 'elsewhere x', pid: NOBODY }, 16_000)
    lockFolder(path, () => {}).release()
  })

  test.each(['', '{', '{}', 'null'])(
    'with %j in it, as after a loss of power, is taken when it is old',
    async (text) => {
      await stale(text)
      expect(await tried()).toMatchObject({ code: 'locked' })
      await stale(text, 16_000)
      lockFolder(path, () => {}).release()
    },
  )

  test('by one who died while taking over from another is taken, and nothing is left of it', async () => {
    const { token } = newOwner()
    await stale({ token, pid: NOBODY })
    await stale({ pid: NOBODY }, 0, `lock.over.${token}.0`)
    await stale({ pid: NOBODY }, 0, `lock.over.${token}.1`)
    await stale({ pid: NOBODY }, 60_000, 'lock.some-draft')
    const lock = lockFolder(path, () => {})
    expect(await readdir(path)).toEqual(['lock'])
    lock.release()
    expect(await readdir(path)).toEqual([])
  })

  test('is not taken while another one is about to', async () => {
    const { token } = newOwner()
    await stale({ token, pid: NOBODY })
    await stale({}, 0, `lock.over.${token}.0`)
    expect(await tried()).toMatchObject({ code: 'locked', message: expect.stringContaining(`process ${process.pid} `) })
  })

  test('is taken by one of many who try at the same moment, whoever left it', { timeout: 180_000 }, async () => {
    const racers = Array.from({ length: 3 }, () => new Worker(new URL('./lock-racer.ts', import.meta.url)))
    const answers = (message: object) =>
      Promise.all(
        racers.map(async (racer) => {
          racer.postMessage(message)
          return (await once(racer, 'message'))[0]
        }),
      )
    await answers({})
    const rounds = Number(process.env['LOCK_ROUNDS'] ?? 150)
    for (let round = 0; round < rounds; round++) {
      await stale(round % 2 === 0 ? { pid: NOBODY } : '', 60_000)
      const atMs = performance.timeOrigin + performance.now() + 2
      const outcomes = await answers({ path, atMs })
      expect(outcomes.sort(), `round ${round}`).toEqual(['locked', 'locked', 'won'])
      await answers({})
    }
    await Promise.all(racers.map((racer) => racer.terminate()))
  })
})

describe('an owner whose lock was taken', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
  afterEach(() => void vi.useRealTimers())

  test('notices it, writes nothing any more, and leaves the lock to the other', async () => {
    const queues = await openQueues({ path })
    await queues.create('a')
    vi.advanceTimersByTime(2_000)
    await queues.send('a', '1')
    await stale({ place: 'elsewhere' })
    vi.advanceTimersByTime(2_000)
    const error = await rejection(queues.send('a', '2'))
    expect(error).toMatchObject({
      code: 'read-only',
      bodies: ['2'],
      message: expect.stringContaining('another process'),
    })
    await queues.close()
    expect(await readFile(join(path, 'lock'), 'utf8')).toContain('elsewhere')
  })
})
