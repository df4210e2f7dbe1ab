import { describe, expect, test } from 'vitest'
import { live } from './crash-lives.ts'
import { seeds } from './random.ts'

const rounds = seeds('CRASH_ROUNDS', 40)

async function all(run: (seed: number) => Promise<number>): Promise<void> {
  let answered = 0
  for (const seed of rounds) {
    answered += await run(seed).catch((error: unknown) => {
      throw new Error(`SEED=${seed} CRASH_ROUNDS=1: ${(error as Error).message}`, { cause: error })
    })
  }
  expect(answered).toBeGreaterThan(rounds.length)
}

describe('what was answered is there, once, in order, and what is gone stays gone', { timeout: 3_600_000 }, () => {
  test('when the power goes, and what was written last is cut off', () =>
    all((seed) => live({ seed, lives: 6, ends: ['power loss'], durability: 'always', reorders: false })))

  test('when the power goes, and any of what was written last is lost', () =>
    all((seed) => live({ seed, lives: 6, ends: ['power loss'], durability: 'always', reorders: true })))

  test('when it is killed, closed or loses power, again and again', () =>
    all((seed) =>
      live({ seed, lives: 8, ends: ['power loss', 'kill', 'close'], durability: 'always', reorders: true }),
    ))

  test('when a call to the disk fails at any moment, and then the power goes', () =>
    all((seed) => live({ seed, lives: 6, ends: ['error'], durability: 'always', reorders: true })))

  test.each(['sync', 'syncFolder'] as const)('but for a disk that does not do what it says of %s', async (lie) => {
    const options = { lives: 4, ends: ['power loss'], durability: 'always', reorders: false, lie } as const
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => live({ ...options, seed })))
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0)
  })

  test('when it is killed, also if nothing is synced', () =>
    all((seed) => live({ seed, lives: 6, ends: ['kill', 'close'], durability: 'never', reorders: false })))
})

describe('what is found is whole, and all of what was sent together or none, unless it was moved since', {
  timeout: 3_600_000,
}, () => {
  test.each(['never', { everyMs: 1 }] as const)('when the power goes, and sync is %j', (durability) =>
    all((seed) => live({ seed, lives: 6, ends: ['power loss', 'kill', 'close'], durability, reorders: true })),
  )
})
