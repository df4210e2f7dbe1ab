/** Progress and sums as text. */
import type { Problem, Progress, Report, StatusClass } from './api.ts'

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB']

/** How a run stands, in one line. */
export function progressLine(progress: Progress): string {
  const { elapsedMs, requests, badLines, doneFiles, files, doneBytes, bytes } = progress
  return [
    `${seconds(elapsedMs)}`,
    `${whole.format(doneFiles)} of ${counted(files, 'file')}`,
    `${amount(doneBytes)} of ${amount(bytes)}`,
    `${counted(requests, 'request')}, ${rate(requests, elapsedMs)}`,
    counted(badLines, 'bad line'),
  ].join(' | ')
}

/** The sums, in lines. */
export function reportLines(report: Report): string[] {
  const { files, requests, badLines, status, bytes, size, paths, otherPaths, elapsedMs } = report
  const classes = (Object.entries(status) as [StatusClass, number][]).filter(([, count]) => count > 0)
  const width = whole.format(paths[0]?.requests ?? 0).length
  return [
    `read      ${counted(files, 'file')} in ${seconds(elapsedMs)}`,
    `requests  ${whole.format(requests)} at ${rate(requests, elapsedMs)}, and ${counted(badLines, 'bad line')}`,
    `status    ${classes.map(([name, count]) => `${name} ${whole.format(count)}`).join(', ') || 'none'}`,
    `bytes     ${amount(bytes)}; half of the responses up to ${amount(size.p50)}, 99 of 100 up to ${amount(size.p99)}`,
    ...paths.map(
      ({ path, requests: count }, index) =>
        `${index === 0 ? 'paths     ' : '          '}${whole.format(count).padStart(width)}  ${printable(path)}`,
    ),
    ...(otherPaths === 0
      ? []
      : [`          ${whole.format(otherPaths)} more, of paths that came too late to be counted`]),
  ]
}

/** What went wrong, by file. */
export function problemLines(problems: readonly Problem[]): string[] {
  if (problems.length === 0) return []
  const lines = problems.map(
    ({ file, reason, requests }) =>
      `  ${printable(file)}: ${printable(reason)}${requests === 0 ? '' : `; ${counted(requests, 'request')} before that ${requests === 1 ? 'is' : 'are'} counted`}`,
  )
  return [`${counted(problems.length, 'file')} not read to the end, all others are:`, ...lines]
}

/** Control characters spelled out, so that nothing a log holds can speak to the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

function amount(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const value = bytes / 1000 ** unit
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${UNITS[unit]}`
}

function counted(count: number, one: string): string {
  return `${whole.format(count)} ${one}${count === 1 ? '' : 's'}`
}

function rate(count: number, elapsedMs: number): string {
  return `${whole.format((count / Math.max(1, elapsedMs)) * 1000)}/s`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
