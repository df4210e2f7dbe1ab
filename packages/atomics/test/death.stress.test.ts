import { expect, test } from 'vitest'
import { provideKernel } from '../src/execution.ts'
import { kernel as javascript } from '../src/javascript.ts'
import { type Kills, killThreads } from './workers/kills.ts'

provideKernel(javascript)

// The long run: MILLRACE_KILLS=200 vitest run death.stress. A failure says its seed; MILLRACE_SEED repeats it.
const seed = Number(process.env['MILLRACE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const rounds = Number(process.env['MILLRACE_KILLS'] ?? 4)

const shapes: readonly Pick<Kills, 'kind' | 'slotBytes' | 'capacity' | 'batch'>[] = [
  { kind: 'slots', slotBytes: 8, capacity: 100, batch: 1 },
  { kind: 'slots', slotBytes: 8, capacity: 128, batch: 16 },
  { kind: 'slots', slotBytes: 72, capacity: 20, batch: 4 },
  { kind: 'record', slotBytes: 8, capacity: 64, batch: 1 },
  { kind: 'slab', slotBytes: 8, capacity: 16, batch: 1 },
]

for (const execution of ['wasm', 'javascript'] as const) {
  test.each(shapes)(
    `threads of the ${execution} kernel, terminated anywhere, wedge nobody and lose nothing: $kind of $slotBytes bytes, batches up to $batch`,
    { timeout: 100_000 + rounds * 2000 },
    async (shape) => {
      const report = await killThreads({ ...shape, execution, seed, rounds })
      expect(report.received).toBeGreaterThan(rounds)
      if (rounds > 100) console.log(seed, rounds, execution, JSON.stringify(shape), JSON.stringify(report))
    },
  )
}
