/**
 * Shared channels against `postMessage` in arrays of 128 on the same folder: `npm run compare -- <folder> [threads] [rounds]`.
 * Prints the medians of time and of processor time, and their ratios; refuses to if the sums differ.
 */
import assert from 'node:assert/strict'
import { analyse } from '../src/analyse.ts'
import type { Report } from '../src/api.ts'
import { analysePosted } from './posted.ts'

const BATCH = 128
const [folder, threads = '2', rounds = '5'] = process.argv.slice(2)
if (folder === undefined) throw new TypeError('folder: expected the path of one, as test/generate.ts writes')

const ways: Record<string, (path: string) => Promise<Report>> = {
  channels: (path) => analyse(path, { threads: Number(threads) }),
  posted: (path) => analysePosted(path, Number(threads), BATCH),
}
const walls: Record<string, number[]> = { channels: [], posted: [] }
const cpus: Record<string, number[]> = { channels: [], posted: [] }
let sums: unknown
for (let round = 0; round <= Number(rounds); round++) {
  for (const [name, way] of Object.entries(ways)) {
    const began = process.cpuUsage()
    const { elapsedMs, ...rest } = await way(folder)
    const { user, system } = process.cpuUsage(began)
    sums ??= rest
    assert.deepEqual(rest, sums)
    if (round === 0) continue // Warms up.
    walls[name]?.push(elapsedMs)
    cpus[name]?.push((user + system) / 1000)
  }
}
const median = (values: readonly number[] = []): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
for (const [what, times] of Object.entries({ wall: walls, cpu: cpus })) {
  for (const [name, values] of Object.entries(times)) {
    console.log(
      `${what.padEnd(5)} ${name.padEnd(9)} ${median(values).toFixed(0)} ms (${values.map(Math.round).join(', ')})`,
    )
  }
  console.log(`${what.padEnd(5)} posted / channels ${(median(times['posted']) / median(times['channels'])).toFixed(2)}`)
}
