import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { buildReferences, findCompiler, REFERENCES, samplesOf } from '../src/shared/native.ts'
import { SHARED_SCENARIOS, sharedScenario } from '../src/shared/scenario.ts'

const compiler = findCompiler()
const temporary = mkdtempSync(join(tmpdir(), 'millrace-bench-test-'))
afterAll(() => rmSync(temporary, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

const smoke = { sampleMs: 1, samples: 2 }
const LONG_MS = 100_000

function emptyFolder(name: string): string {
  const folder = join(temporary, name)
  mkdirSync(folder)
  vi.stubEnv('TMPDIR', folder)
  return folder
}

describe('findCompiler', () => {
  test('takes the first that is there', () => {
    expect(findCompiler(['no-such-compiler', process.execPath])).toEqual({
      command: process.execPath,
      version: process.version,
    })
  })

  test('finds none if there is none', () => {
    expect(findCompiler(['no-such-compiler'])).toBeUndefined()
  })
})

describe('buildReferences', () => {
  test('throws what the compiler says, and leaves nothing', async () => {
    const folder = emptyFolder('refused')
    const listeners = process.listenerCount('exit')
    await expect(buildReferences({ command: process.execPath, version: '' })).rejects.toThrow('-O2')
    expect(readdirSync(folder)).toEqual([])
    expect(process.listenerCount('exit')).toBe(listeners)
  })
})

describe('the references', () => {
  // What spins takes turns of the scheduler where a core is not its own.
  test('deliver every value of each scenario, and leave nothing', { timeout: 4 * LONG_MS }, async (context) => {
    if (compiler === undefined) return context.skip('there is no C++ compiler')
    const folder = emptyFolder('built')
    const listeners = process.listenerCount('exit')
    {
      using built = await buildReferences(compiler)
      for (const scenario of SHARED_SCENARIOS) {
        for (const { words } of REFERENCES) {
          const spoken = words[scenario.name]?.(scenario)
          if (spoken === undefined) continue
          const outcome = await built.measure(spoken, smoke, LONG_MS)
          expect(outcome).toMatchObject({ value: { itemsPerSecond: [expect.any(Number), expect.any(Number)] } })
          if ('value' in outcome) expect(outcome.value.p99Ns?.length).toBe(scenario.isTrip ? 2 : undefined)
        }
      }
      expect(await built.measure(['futex'], { sampleMs: 60_000, samples: 1 }, 300)).toEqual({
        failure: { kind: 'hung', message: 'no answer within 300 ms' },
      })
      expect(await built.measure(['nonsense'], smoke, LONG_MS)).toMatchObject({
        failure: { kind: 'failed', message: expect.stringContaining('no such measurement') },
      })
      expect(readdirSync(folder)).toHaveLength(1)
    }
    expect(readdirSync(folder)).toEqual([])
    expect(process.listenerCount('exit')).toBe(listeners)
  })
})

describe('the words of a reference', () => {
  test('give a ring of records a power of two of bytes with room for the capacity', () => {
    const agrona = REFERENCES.find(({ name }) => name === 'C++ Agrona')?.words ?? expect.unreachable()
    expect(agrona['64-sync']?.(sharedScenario('64-sync'))).toEqual(['many-to-one', 131_072, 64, 'copy'])
    expect(agrona['1k-borrow']?.(sharedScenario('1k-borrow'))).toEqual(['many-to-one', 2_097_152, 1024, 'borrow'])
  })
})

describe('samplesOf', () => {
  test('reads a line a sample', () => {
    const text =
      '{"items":4,"ms":2,"received":4,"sum":6}\n{"items":4,"ms":1,"received":4,"sum":6,"p50Ns":5,"p99Ns":7}\n'
    expect(samplesOf(text)).toEqual({ value: { itemsPerSecond: [2000, 4000], p50Ns: [5], p99Ns: [7] } })
  })

  test.each([
    ['misses a value', '{"items":4,"ms":1,"received":3,"sum":6}'],
    ['has a wrong one', '{"items":4,"ms":1,"received":4,"sum":5}'],
  ])('refuses a sample that %s', (_, line) => {
    const outcome = samplesOf(`{"items":4,"ms":2,"received":4,"sum":6}\n${line}\n`)
    expect(outcome).toMatchObject({ failure: { kind: 'lost', message: expect.stringContaining('sent 4 values') } })
  })
})
