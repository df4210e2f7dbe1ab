import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { CHUNK, LEVEL } from '@millrace/example-pack/src/api.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { difference, type Fingerprint, fingerprint } from '../src/pack/fingerprint.ts'
import { PACKERS, type PackFolder } from '../src/pack/packer.ts'
import { runPack } from '../src/pack/suite.ts'

const temporary = mkdtempSync(join(tmpdir(), 'millrace-bench-test-'))
const folder = join(temporary, 'folder')
afterAll(() => rmSync(temporary, { recursive: true }))

beforeAll(() => {
  mkdirSync(join(folder, 'deep/er'), { recursive: true })
  const large = randomBytes(1024)
  writeFileSync(join(folder, 'large'), Buffer.concat(Array.from({ length: (2 * CHUNK) / 1024 + 1 }, () => large)))
  writeFileSync(join(folder, 'empty'), '')
  writeFileSync(join(folder, 'chunk'), randomBytes(CHUNK))
  for (let i = 0; i < 40; i++) writeFileSync(join(folder, 'deep/er', `file ${i}`), `contents ${i % 10}`)
  symlinkSync('nowhere', join(folder, 'deep/link'))
})

async function packWith(name: string, place = name): Promise<Fingerprint> {
  const packer = PACKERS.find((each) => each.name === name) ?? expect.unreachable()
  const { packFolder }: { packFolder: PackFolder } = await import(packer.module.href)
  const store = join(temporary, place)
  await packFolder({ folder, store, level: LEVEL })
  return fingerprint(store)
}

describe('the packers', () => {
  test('all make the same store', async () => {
    const expected = await packWith('millrace-pack')
    // Two chunks of the large file are the same; ten different small ones.
    expect(expected.objects).toHaveLength(2 + 1 + 10)
    for (const { name } of PACKERS.slice(1)) {
      expect(difference(await packWith(name), expected), name).toBeUndefined()
    }
  })
})

describe('fingerprint', () => {
  test('finds an object that is not what its name says', async () => {
    await packWith('sequential-sync', 'damaged')
    const whole = await fingerprint(join(temporary, 'damaged'))
    const [victim = expect.unreachable()] = whole.objects
    writeFileSync(join(temporary, 'damaged/objects', victim), zstdCompressSync('something else'))
    expect((await fingerprint(join(temporary, 'damaged'))).damaged).toEqual([victim])
    expect(whole.damaged).toEqual([])
  })
})

describe('difference', () => {
  const store: Fingerprint = { manifest: 'm', objects: ['a', 'b'], bytes: 1000, damaged: [] }

  test('finds nothing between a store and its like, compressed a little differently', () => {
    expect(difference({ ...store, bytes: 1005 }, store)).toBeUndefined()
  })

  test.each<[string, Partial<Fingerprint>]>([
    ['no object', { objects: [] }],
    ['damaged', { damaged: ['a'] }],
    ['manifest', { manifest: 'n' }],
    ['1 objects', { objects: ['a'] }],
    ['2 objects', { objects: ['a', 'c'] }],
    ['bytes of objects', { bytes: 1100 }],
  ])('finds %s', (words, change) => {
    expect(difference({ ...store, ...change }, store)).toContain(words)
  })
})

describe('runPack', () => {
  test('measures in processes of their own and leaves nothing in the temporary folder', async () => {
    const stores = join(temporary, 'stores')
    mkdirSync(stores)
    vi.stubEnv('TMPDIR', stores)
    const packers = PACKERS.filter(({ name }) => name !== 'sequential')
    const { rows } = await runPack(packers, { folder, rounds: 1, timeoutMs: 50_000 })
    expect(rows.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined])
    for (const { metrics } of rows) {
      expect(metrics['time']?.count).toBe(1)
      expect(metrics['peak memory']?.median).toBeGreaterThan(20e6)
    }
    expect(readdirSync(stores)).toEqual([])
    vi.unstubAllEnvs()
  })

  test('counts a different store as lost', async () => {
    const forger = { name: 'forger', kind: 'peer', module: new URL('./fixtures/forger.ts', import.meta.url) } as const
    const honest = PACKERS.filter(({ name }) => name === 'sequential-sync')
    const { rows } = await runPack([...honest, forger], { folder, rounds: 1, timeoutMs: 50_000 })
    expect(rows[1]?.failure).toMatchObject({ kind: 'lost', message: expect.stringContaining('objects') })
  })
})
