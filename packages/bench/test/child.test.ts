import { describe, expect, test } from 'vitest'
import { runInChild } from '../src/child.ts'

const LONG_MS = 50_000
const module = new URL('./fixtures/answers.ts', import.meta.url)

describe('runInChild', () => {
  test('answers what the child measured', async () => {
    expect(await runInChild<number>(module, 'well', LONG_MS)).toEqual({ value: 4 })
  })

  test('reports values that were lost', async () => {
    expect(await runInChild(module, 'loses', LONG_MS)).toEqual({
      failure: { kind: 'lost', message: 'two are missing' },
    })
  })

  test('reports what the child threw', async () => {
    const failure = { kind: 'failed', message: 'TypeError: not like this' }
    expect(await runInChild(module, 'throws', LONG_MS)).toEqual({ failure })
  })

  test('reports an exit without an answer', async () => {
    const failure = { kind: 'failed', message: expect.stringContaining('exited with 3') }
    expect(await runInChild(module, 'exits', LONG_MS)).toEqual({ failure })
  })

  test('reports a child that has nothing left to wait for', async () => {
    const failure = { kind: 'hung', message: expect.stringContaining('nothing left to wait for') }
    expect(await runInChild(module, 'waits', LONG_MS)).toEqual({ failure })
  })

  test('cuts off a child that does not end', async () => {
    const failure = { kind: 'hung', message: 'no answer within 500 ms' }
    expect(await runInChild(module, 'spins', 500)).toEqual({ failure })
  })

  test('runs another Node, with flags for it', async () => {
    const started = await runInChild(module, 'tells', LONG_MS, { node: process.execPath, flags: ['--no-deprecation'] })
    expect(started).toEqual({ value: [process.execPath, expect.arrayContaining(['--no-deprecation', '--expose-gc'])] })
    await expect(runInChild(module, 'well', LONG_MS, { node: '/no/such/node' })).rejects.toThrow('ENOENT')
  })

  test('leaves nothing on the process', async () => {
    const before = process.listenerCount('exit')
    await runInChild(module, 'well', LONG_MS)
    expect(process.listenerCount('exit')).toBe(before)
  })
})
