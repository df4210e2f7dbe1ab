/** Progress and results as text. */
import prettyBytes from 'pretty-bytes'
import type { Problem, Progress, StageProgress } from './api.ts'
import type { FlowSummary } from './flow.ts'
import type { Totals } from './manifest.ts'
import { printable, printableText } from './names.ts'
import type { PackReport } from './pack.ts'
import type { VerifyReport } from './verify.ts'

/** Items and bytes a second; a rate that says nothing is `undefined`. */
export interface Rate {
  readonly items: number
  readonly bytes: number | undefined
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** The heads of the columns of `stageLine`. */
export const HEAD_LINE: string = row('stage', 'running', 'waiting', 'done', 'items/s', 'MB/s')

/** One line for one stage. */
export function stageLine({ name, running, waiting, done }: StageProgress, { items, bytes }: Rate): string {
  const megabytes = bytes === undefined ? '' : (bytes / 1e6).toFixed(1)
  return row(name, whole.format(running), whole.format(waiting), whole.format(done), whole.format(items), megabytes)
}

/** All stages in one line, for output that is not a terminal. */
export function plainLine({ elapsedMs, stages }: Progress): string {
  const parts = stages.map(
    ({ name, running, done }) => `${name} ${whole.format(done)}${running > 0 ? ` +${running}` : ''}`,
  )
  const bytes = stages[1]?.bytes ?? 0
  return `${(elapsedMs / 1000).toFixed(1).padStart(6)} s | ${parts.join(' | ')} | ${amount(bytes, elapsedMs)}`
}

/** The end of a run that packed. */
export function packLines(report: PackReport, store: string, peakBytes: number): string[] {
  const { bytes, written, knownChunks, elapsedMs } = report
  const ratio = written.bytes === 0 ? '' : `, ratio ${(written.contentBytes / written.bytes).toFixed(2)}`
  const objects = `${counted(written.objects, 'object')} written, ${whole.format(knownChunks)} already there`
  return [
    `packed      ${totalsText(report)} in ${(elapsedMs / 1000).toFixed(1)} s`,
    `in          ${amount(bytes, elapsedMs)}`,
    `out         ${prettyBytes(written.bytes)}: ${objects}${ratio}`,
    ...workLines(report, peakBytes),
    `store       ${printableText(store)}`,
  ]
}

/** The end of a run that verified. */
export function verifyLines(report: VerifyReport, restore: string | undefined, peakBytes: number): string[] {
  const { bytes, elapsedMs, checkedChunks, problems } = report
  const isSound = problems.length === 0
  const verdict = isSound ? 'every hash, mode, link target and mtime is as in the manifest' : 'not identical, see below'
  return [
    `verified    ${totalsText(report)} in ${(elapsedMs / 1000).toFixed(1)} s`,
    `checked     ${counted(checkedChunks, 'chunk')}${isSound ? ', each holds what its name says' : ''}`,
    `contents    ${amount(bytes, elapsedMs)}`,
    ...workLines(report, peakBytes),
    ...(restore === undefined ? [] : [`restored    ${printableText(restore)}: ${verdict}`]),
  ]
}

/** What went wrong, by name. */
export function problemLines(problems: readonly Problem[], heading: string): string[] {
  if (problems.length === 0) return []
  const lines = problems.map(({ path, reason }) => `  ${printable(path)}: ${printableText(reason)}`)
  return [`${counted(problems.length, 'problem')}, ${heading}:`, ...lines]
}

function workLines({ stages, bottleneck }: FlowSummary, peakBytes: number): string[] {
  const busy = stages.filter(({ name }) => name !== 'manifest' || stages[0]?.name === name)
  return [
    `busy        ${busy.map((stage) => `${stage.name} ${(stage.busy * 100).toFixed(0)} %`).join(', ')}`,
    `bottleneck  ${bottleneck}`,
    `memory      ${prettyBytes(peakBytes)} at the peak`,
  ]
}

function totalsText({ files, directories, links }: Totals): string {
  return `${counted(files, 'file')}, ${counted(directories, 'directory', 'directories')}, ${counted(links, 'link')}`
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`
}

function amount(bytes: number, elapsedMs: number): string {
  return `${prettyBytes(bytes)} at ${(bytes / 1e3 / Math.max(1, elapsedMs)).toFixed(1)} MB/s`
}

function row(name: string, ...cells: string[]): string {
  return name.padEnd(9) + cells.map((cell) => cell.padStart(10)).join('')
}
