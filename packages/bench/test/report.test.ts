import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { environment } from '../src/environment.ts'
import { formatEnvironment, formatNotes, formatNumber, formatSection, isAlarming } from '../src/report.ts'
import type { Row, Section } from '../src/result.ts'
import { summarize } from '../src/statistics.ts'

function row(contender: string, kind: Row['kind'], rate: number, note?: string): Row {
  return { contender, kind, note, metrics: { rate: summarize([rate]) } }
}

function section(...rows: Row[]): Section {
  return { name: 's', title: 't', reference: 'ours', metrics: [{ name: 'rate', unit: 'items/s' }], rows }
}

/** The cells of each row of the printed table. */
function cells(each: Section): string[][] {
  const lines = stripVTControlCharacters(formatSection(each)).split('\n')
  return lines
    .filter((line) => line.startsWith('│'))
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

describe('formatSection', () => {
  test('puts the fastest first, with its speed over ours and over the best peer', () => {
    const table = cells(section(row('slow', 'peer', 1e6), row('ours', 'ours', 8e6), row('best', 'peer', 4e6)))
    expect(table.slice(1)).toEqual([
      ['ours', '8.00 M/s', '8.00 M/s', '0 %', '1.00', '2.00'],
      ['best', '4.00 M/s', '4.00 M/s', '0 %', '0.50', '1.00'],
      ['slow', '1.00 M/s', '1.00 M/s', '0 %', '0.13', '0.25'],
    ])
  })

  test('counts less time as more speed', () => {
    const times: Section = {
      ...section(),
      metrics: [{ name: 'time', unit: 'ms' }],
      rows: [
        { contender: 'peer', kind: 'peer', metrics: { time: summarize([3000, 2000, 4000]) } },
        { contender: 'ours', kind: 'ours', metrics: { time: summarize([1500]) } },
      ],
    }
    expect(cells(times).slice(1)).toEqual([
      ['ours', '1.50 s', '1.50 s', '0 %', '1.00', '2.00'],
      ['peer', '3.00 s', '2.00 s', '33 %', '0.50', '1.00'],
    ])
  })

  test('tells how far from the floor everybody is, where there is one', () => {
    const table = cells(section(row('ours', 'ours', 8e6), row('ground', 'floor', 16e6), row('peer', 'peer', 4e6)))
    expect(table[0]?.at(-1)).toBe('× floor')
    expect(table.slice(1).map((each) => [each[0], each.at(-1)])).toEqual([
      ['ground (floor)', '1.00'],
      ['ours', '0.50'],
      ['peer', '0.25'],
    ])
  })

  test('has no ratio to nothing', () => {
    const bytes = (contender: string, kind: Row['kind'], median: number): Row => {
      return { contender, kind, metrics: { bytes: summarize([median]) } }
    }
    const rows = [bytes('ours', 'ours', 0), bytes('peer', 'peer', 10)]
    const table = cells({ ...section(...rows), metrics: [{ name: 'bytes', unit: 'bytes' }] })
    expect(table.slice(1).map((each) => each.slice(-2))).toEqual([
      ['–', '–'],
      ['0.00', '1.00'],
    ])
  })

  test('says why somebody has no figures, and compares nobody with them', () => {
    const failure = { kind: 'hung', message: 'no answer within 5 ms' } as const
    const rows: Row[] = [row('ours', 'ours', 2e6), { contender: 'stuck', kind: 'peer', metrics: {}, failure }]
    const text = stripVTControlCharacters(formatSection(section(...rows)))
    expect(text).toContain('stuck hung: no answer within 5 ms')
    expect(cells(section(...rows))[1]?.at(-1)).toBe('–')
  })

  test('takes another one of ours if the reference was not measured', () => {
    expect(cells(section(row('sister', 'ours', 1e6), row('peer', 'peer', 2e6)))[1]?.at(4)).toBe('2.00')
  })
})

describe('formatEnvironment', () => {
  test('names the machine, and warns if others use it', async () => {
    const quiet = { ...(await environment()), busy: 0.02 }
    expect(formatEnvironment(quiet)).toContain(`Node ${process.version}`)
    expect(formatEnvironment(quiet)).toContain('2 % busy')
    expect(formatEnvironment(quiet)).not.toContain('noise')
    expect(formatEnvironment({ ...quiet, busy: 0.5 })).toContain('noise')
  })

  test('measures how busy the machine is as a share', async () => {
    const { busy } = await environment()
    expect(busy).toBeGreaterThanOrEqual(0)
    expect(busy).toBeLessThanOrEqual(1)
  })

  test('asks the Node that measures for its version', async () => {
    expect(await environment(process.execPath)).toMatchObject({ node: process.version, v8: process.versions.v8 })
    await expect(environment('/no/such/node')).rejects.toThrow('ENOENT')
  })
})

describe('formatNotes', () => {
  test('says each note once', () => {
    const noted = row('peer', 'peer', 1, 'is special')
    expect(formatNotes([section(noted), section(noted, row('ours', 'ours', 1))])).toBe('  peer: is special')
  })
})

describe('isAlarming', () => {
  const failing = (kind: Row['kind'], failure: 'hung' | 'lost' | 'failed') =>
    section({ contender: 'x', kind, metrics: {}, failure: { kind: failure, message: '' } })

  test('is about values that anybody lost, and about any failure of our own code', () => {
    expect(isAlarming(failing('peer', 'lost'))).toBe(true)
    expect(isAlarming(failing('ours', 'hung'))).toBe(true)
    expect(isAlarming(failing('baseline', 'failed'))).toBe(true)
  })

  test('is not about a peer that hangs or fails', () => {
    expect(isAlarming(failing('peer', 'hung'))).toBe(false)
    expect(isAlarming(failing('peer', 'failed'))).toBe(false)
    expect(isAlarming(section(row('ours', 'ours', 1)))).toBe(false)
  })
})

test.each([
  [12_345_678, 'items/s', '12.3 M/s'],
  [999, 'items/s', '999 /s'],
  [23_400_000, 'bytes/s', '23.4 MB/s'],
  [1_234_000_000, 'bytes', '1234 MB'],
  [4.14, 'ns', '4.14 ns'],
  [17_060.4, 'ns', '17060 ns'],
  [61.44, 'µs', '61.4 µs'],
  [10_060.4, 'µs', '10060 µs'],
  [0.0391, 'promises', '0.04'],
  [12_345, 'ms', '12.35 s'],
  [12.3, 'ms', '12 ms'],
] as const)('formatNumber writes %d %s as %s', (value, unit, text) => {
  expect(formatNumber(value, unit)).toBe(text)
})
