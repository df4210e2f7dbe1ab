import { describe, expect, test } from 'vitest'
import { contract } from '../src/conformance/contract.ts'
import { type Kind, queueClaims } from '../src/conformance.ts'
import { wound } from './conformance-kinds.ts'
import { broken, faults } from './conformance-mutants.ts'

describe('the suite', () => {
  test('names every claim once', () => {
    expect(new Set(contract.map(({ verb, claim }) => `${verb} ${claim}`)).size).toBe(contract.length)
  })

  test('asks of a kind the claims that follow from what is said of it', () => {
    const needs = (kind: Omit<Kind, 'make'>) =>
      [...new Set(queueClaims({ make: wound, ...kind }).flatMap((claim) => claim.needs))].sort()
    expect(needs({})).toEqual(['order of waits', 'real clock'])
    expect(needs({ windsClock: true })).toEqual(['order of waits', 'wound clock'])
    expect(needs({ ordersWaits: false })).toEqual(['real clock'])
    expect(needs({ connects: true, ordersWaits: false })).toEqual(['connections', 'real clock'])
    expect(needs({ reopens: true, ordersWaits: false })).toEqual(['real clock', 'reopening'])
    expect(queueClaims(wound)).toHaveLength(queueClaims({ make: wound }).length)
  })

  test('refuses a kind that makes nothing, and one that does not give what is said of it', async () => {
    expect(() => queueClaims({} as Kind)).toThrow(new TypeError('make: expected a function, got undefined'))
    const claim = queueClaims({ make: wound, reopens: true }).find(({ verb }) => verb === 'reopen')
    await expect(claim?.run()).rejects.toThrow('needs reopen, and make does not give it')
  })

  test('closes and releases what it made, whether the claim holds or not', async () => {
    const ends: string[] = []
    const make = async () => {
      const made = await wound()
      const close = made.engine.close.bind(made.engine)
      made.engine.close = () => close().then(() => void ends.push('closed'))
      return { ...made, release: () => ends.push('released') }
    }
    const [good, bad] = queueClaims({ make, windsClock: true, connects: true }).filter(
      ({ claim }) => claim === 'counts what was sent, and its bytes' || claim === 'sees the same queues',
    )
    await good?.run()
    await expect(bad?.run()).rejects.toThrow('needs connect')
    expect(ends).toEqual(['closed', 'released', 'closed', 'released'])
  })
})

describe('the suite catches an engine that', () => {
  test.each(Object.entries(faults))('%s', async (_, [fails, fault, found]) => {
    const claim = queueClaims(broken(fault, found)).find((each) => each.claim === fails)
    await expect(claim?.run()).rejects.toThrow(/expected/)
  })

  test('has nothing wrong, not at all', async () => {
    for (const name of new Set(Object.values(faults).map(([fails]) => fails))) {
      await queueClaims({ ...broken(() => ({})), deadlineMs: 50_000 })
        .find(({ claim }) => claim === name)
        ?.run()
    }
  })
})
