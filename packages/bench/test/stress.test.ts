import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const SEED = 'STRESS_SEED'
const main = fileURLToPath(new URL('../src/stress/main.ts', import.meta.url))

test(`a hundred deaths lose, double, tear and wedge nothing; ${SEED} repeats a seed`, async () => {
  const seed = process.env[SEED] ?? String(1 + Math.floor(Math.random() * 2 ** 30))
  const options = ['channels', '--seed', seed, '--kills', '100', '--seconds', '10']
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@millrace/source', main, ...options])
  const { kills, received, faults } = JSON.parse(stdout) as Record<string, number>
  expect({ seed, faults }).toEqual({ seed, faults: 0 })
  expect([(kills as number) > 0, (received as number) > 0]).toEqual([true, true])
}, 180_000)
