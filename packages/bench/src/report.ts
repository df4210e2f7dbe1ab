import { styleText } from 'node:util'
import Table from 'cli-table3'
import { type Environment, isBusy } from './environment.ts'
import type { Row, Section, Unit } from './result.ts'

/** How many times as fast as the row of `base` a row is, by the section's first metric; `undefined` if one has no figures. */
function speedOver(section: Section, row: Row, base: Row | undefined): number | undefined {
  const [{ name, unit }] = section.metrics
  const own = row.metrics[name]?.median
  const other = base?.metrics[name]?.median
  if (own === undefined || other === undefined) return undefined
  return isRate(unit) ? own / other : other / own
}

/** The row of ours that the others are compared with: the reference if it has figures, else the fastest of ours. */
function referenceRow(section: Section): Row | undefined {
  const own = section.rows.filter(({ kind, failure }) => kind === 'ours' && failure === undefined)
  return own.find(({ contender }) => contender === section.reference) ?? fastest(section, 'ours')
}

/** The fastest row of a kind. */
function fastest(section: Section, kind: Row['kind']): Row | undefined {
  return bySpeed(section).find((row) => row.kind === kind && row.failure === undefined)
}

/** One line about the machine, and a warning if it has other work. */
export function formatEnvironment(environment: Environment): string {
  const { cpu, cores, node, platform, commit, busy } = environment
  const line = `${cpu}, ${cores} cores, ${platform}, Node ${node}, commit ${commit}, ${(busy * 100).toFixed(0)} % busy`
  if (!isBusy(environment)) return line
  return `${line}\n${styleText('yellow', 'The machine has other work: take the figures as noise.')}`
}

/** What to know about the contenders of these sections, each said once. */
export function formatNotes(sections: readonly Section[]): string {
  const rows = sections.flatMap((section) => section.rows)
  const notes = new Map(rows.flatMap(({ contender, note }) => (note === undefined ? [] : [[contender, note] as const])))
  return [...notes].map(([contender, note]) => `  ${contender}: ${note}`).join('\n')
}

/** One table, fastest first, and below it why some have no figures. */
export function formatSection(section: Section): string {
  const [first, ...others] = section.metrics
  const reference = referenceRow(section)
  const peer = fastest(section, 'peer')
  const floor = fastest(section, 'floor')
  const overFloor = floor === undefined ? [] : ['× floor']
  const figures = 5 + overFloor.length + others.length
  const table = new Table({
    head: ['', first.name, 'best', 'spread', '× ours', '× best peer', ...overFloor, ...others.map(({ name }) => name)],
    colAligns: ['left', ...Array.from({ length: figures }, () => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  for (const row of bySpeed(section)) {
    const summary = row.metrics[first.name]
    if (summary === undefined) {
      table.push([row.contender, { colSpan: figures, content: row.failure?.kind ?? 'not measured' }])
      continue
    }
    const name = row.kind === 'ours' ? styleText('bold', row.contender) : row.contender
    table.push([
      name + (row.kind === 'baseline' || row.kind === 'floor' ? ` (${row.kind})` : ''),
      formatNumber(summary.median, first.unit),
      formatNumber(isRate(first.unit) ? summary.max : summary.min, first.unit),
      `${(summary.spread * 100).toFixed(0)} %`,
      formatRatio(speedOver(section, row, reference)),
      formatRatio(speedOver(section, row, peer)),
      ...overFloor.map(() => formatRatio(speedOver(section, row, floor))),
      ...others.map(({ name, unit }) => formatMedian(row, name, unit)),
    ])
  }
  const failures = section.rows.flatMap(({ contender, failure }) =>
    failure === undefined ? [] : [styleText('red', `  ${contender} ${failure.kind}: ${failure.message}`)],
  )
  return [styleText('bold', `${section.name}: ${section.title}`), table.toString(), ...failures].join('\n')
}

/** Whether a run must not pass for a good one: somebody lost values, or our own code failed in any way. */
export function isAlarming({ rows }: Section): boolean {
  return rows.some(({ kind, failure }) => failure !== undefined && (kind !== 'peer' || failure.kind === 'lost'))
}

/** Three significant digits and a unit. */
export function formatNumber(value: number, unit: Unit): string {
  if (unit === 'ns') return value < 100 ? `${value.toPrecision(3)} ns` : `${value.toFixed(0)} ns`
  if (unit === 'µs') return `${value < 100 ? value.toPrecision(3) : value.toFixed(0)} µs`
  if (unit === 'promises') return value.toFixed(2)
  if (unit === '× ideal') return `${value.toFixed(3)}×`
  if (unit === 'ms') return value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(2)} s`
  const [scaled, prefix] = value >= 1e6 ? [value / 1e6, 'M'] : value >= 1e3 ? [value / 1e3, 'k'] : [value, '']
  const digits = scaled >= 1000 ? scaled.toFixed(0) : scaled.toPrecision(3)
  return unit === 'items/s' ? `${digits} ${prefix}/s` : `${digits} ${prefix}B${unit === 'bytes/s' ? '/s' : ''}`
}

function bySpeed(section: Section): Row[] {
  const [{ name, unit }] = section.metrics
  const direction = isRate(unit) ? -1 : 1
  const last = isRate(unit) ? -1 : Number.POSITIVE_INFINITY
  const speed = (row: Row) => row.metrics[name]?.median ?? last
  return section.rows.toSorted((a, b) => direction * (speed(a) - speed(b)) || 0)
}

function isRate(unit: Unit): boolean {
  return unit.endsWith('/s')
}

function formatMedian(row: Row, metric: string, unit: Unit): string {
  const summary = row.metrics[metric]
  return summary === undefined ? '' : formatNumber(summary.median, unit)
}

function formatRatio(ratio: number | undefined): string {
  return ratio === undefined || !Number.isFinite(ratio) ? '–' : ratio.toFixed(2)
}
