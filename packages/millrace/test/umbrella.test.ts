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

const subpaths = {
  'mpmc/shared': [() => import('millrace/mpmc/shared'), () => import('@millrace/mpmc/shared')],
  'mpsc/shared': [() => import('millrace/mpsc/shared'), () => import('@millrace/mpsc/shared')],
  'notify/shared': [() => import('millrace/notify/shared'), () => import('@millrace/notify/shared')],
  'pipeline/progress': [() => import('millrace/pipeline/progress'), () => import('@millrace/pipeline/progress')],
  'pipeline/trace': [() => import('millrace/pipeline/trace'), () => import('@millrace/pipeline/trace')],
  queue: [() => import('millrace/queue'), () => import('@millrace/queue')],
  'queue-client': [() => import('millrace/queue-client'), () => import('@millrace/queue-client')],
  'pool/shared': [() => import('millrace/pool/shared'), () => import('@millrace/pool/shared')],
  'pool/prometheus': [() => import('millrace/pool/prometheus'), () => import('@millrace/pool/prometheus')],
  'ring/shared': [() => import('millrace/ring/shared'), () => import('@millrace/ring/shared')],
  'ring/codec': [() => import('millrace/ring/codec'), () => import('@millrace/ring/codec')],
  'ring/codec/structured': [
    () => import('millrace/ring/codec/structured'),
    () => import('@millrace/ring/codec/structured'),
  ],
} as const

test.each(Object.entries(subpaths))('offers %s as the package of that name does', async (_, [ours, theirs]) => {
  expect({ ...(await ours()) }).toEqual({ ...(await theirs()) })
})

test('moves values through shared memory under its own names', async () => {
  const { sharedChannel, attachSender } = await import('millrace/mpmc/shared')
  const { string, struct, u32 } = await import('millrace/ring/codec')
  const { receiver, handle } = sharedChannel({ capacity: 2, codec: struct({ id: u32, name: string(9) }) })
  const sender = attachSender(handle)
  await sender.send({ id: 1, name: 'tea' })
  expect(await receiver.receive()).toEqual({ id: 1, name: 'tea' })
  sender.close()
  expect(await receiver.receive()).toBeUndefined()
})

test('leaves shared memory out of what its main entry loads', async () => {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    stdin: { contents: "export * from 'millrace'", resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    conditions: ['@millrace/source'],
    write: false,
  })
  expect(outputFiles[0]?.text).not.toMatch(/SharedArrayBuffer|WebAssembly|\bAtomics\./)
})
