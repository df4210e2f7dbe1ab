import { describe, expect, it } from 'vitest'
import { plainEntry, textEntries } from '../src/entry.ts'
import { Ledger } from '../src/ledger.ts'
import { Sizes } from '../src/sizes.ts'
import { Tally } from '../src/tally.ts'

describe('Sizes', () => {
  it('tells a quantile at most 0.4 % too small', () => {
    for (const size of [0, 1, 255, 256, 511, 512, 513, 99_999, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 49 - 1, 2 ** 50]) {
      const sizes = new Sizes()
      sizes.add(size)
      const told = sizes.quantile(0.5)
      expect(told).toBeLessThanOrEqual(size)
      expect(told).toBeGreaterThanOrEqual(size * (1 - 1 / 256))
    }
  })

  it('tells the smallest size that is large enough for the share', () => {
    const sizes = new Sizes()
    for (let size = 1; size <= 100; size++) sizes.add(size)
    expect([0, 0.5, 0.501, 0.99, 1].map((share) => sizes.quantile(share))).toEqual([1, 50, 51, 99, 100])
    expect(new Sizes().quantile(0.5)).toBe(0)
  })
})

describe('Tally', () => {
  it('names the ten most frequent paths, of as many the first in order', () => {
    const tally = new Tally()
    for (let i = 20; i > 0; i--) for (let j = 0; j < (i > 15 ? 2 : 1); j++) tally.add(200, 1, `/${i}`)
    const paths = tally.report(1, [], 0).paths.map(({ path }) => path)
    expect(paths).toEqual(['/16', '/17', '/18', '/19', '/20', '/1', '/10', '/11', '/12', '/13'])
  })

  it('keeps no more paths than it may, and counts the requests of others', () => {
    const tally = new Tally(2)
    for (const path of ['/a', '/b', '/c', '/a', '/c']) tally.add(200, 1, path)
    const { paths, otherPaths, requests } = tally.report(1, [], 0)
    expect([paths, otherPaths, requests]).toEqual([
      [
        { path: '/a', requests: 2 },
        { path: '/b', requests: 1 },
      ],
      2,
      5,
    ])
  })
})

describe('Ledger', () => {
  const file = (name: string) => ({ name, bytes: 10 })
  const begin = (ledger: Ledger, thread: number, name: string) =>
    textEntries('began', thread, name).forEach((entry) => {
      ledger.take(entry)
    })

  it('puts long texts together, also when threads speak in turn', () => {
    const ledger = new Ledger([file('a'), file('b')], [])
    begin(ledger, 1, 'a')
    begin(ledger, 2, 'b')
    const path = (thread: number) => `/${String(thread).repeat(300)}`
    const [one, two] = [1, 2].map((thread) => textEntries('request', thread, path(thread), 200, 1)) as [
      never[],
      never[],
    ]
    one.forEach((entry, index) => {
      ledger.take(entry)
      ledger.take(two[index] as never)
    })
    expect(ledger.report().paths.map((count) => count.path)).toEqual([path(1), path(2)])
  })

  it('forgets the beginning of a text that its thread took along', () => {
    const ledger = new Ledger([file('a'), file('b')], [])
    begin(ledger, 1, 'a')
    ledger.take({ ...plainEntry('part', 1), text: 'half a pa' })
    expect(ledger.lose(1, 'killed')).toBe(true)
    begin(ledger, 1, 'b')
    ledger.take(plainEntry('ended', 1))
    expect(ledger.report()).toMatchObject({ files: 1, problems: [{ file: 'a', reason: 'killed', requests: 0 }] })
  })

  it('asks for no more threads when they die before they begin', () => {
    const ledger = new Ledger([file('a')], [])
    expect([1, 2, 3, 4].map((thread) => ledger.lose(thread, 'killed'))).toEqual([true, true, true, false])
    ledger.giveUp('nobody left')
    expect(ledger.report().problems).toEqual([{ file: 'a', reason: 'nobody left', requests: 0 }])
  })
})
