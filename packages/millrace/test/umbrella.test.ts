import { expect, test } from 'vitest'
import * as millrace from '../src/index.ts'

test('offers every package that runs anywhere under its name', async () => {
  expect(Object.keys(millrace).sort()).toEqual(['channel', 'mpmc', 'mpsc', 'notify', 'pipeline', 'ring'])
  expect(millrace.mpmc).toBe(await import('@millrace/mpmc'))
})

test('offers the pool and its thread side as subpaths', async () => {
  expect(Object.keys(await import('../src/pool.ts'))).toEqual(Object.keys(await import('@millrace/pool')))
  expect(Object.keys(await import('../src/pool-thread.ts'))).toEqual(Object.keys(await import('@millrace/pool/thread')))
})
