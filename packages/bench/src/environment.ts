import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

/** Where and when something was measured: numbers of different environments are not compared. */
export interface Environment {
  readonly date: string
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly platform: string
  readonly node: string
  readonly v8: string
  /** Of the repository; ends in `+` if there were changes not committed. */
  readonly commit: string
  /** Processes that wanted a core in the minute before the start. Well above 0, and the figures are noise. */
  readonly load: number
}

/** Looks at this machine, now. */
export function environment(): Environment {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    commit: commit(),
    load: loadavg()[0] ?? 0,
  }
}

/** A load that disturbs a measurement: half a core in use by others. */
export function isBusy({ load }: Pick<Environment, 'load'>): boolean {
  return load > 0.5
}

function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const isDirty = git('status', '--porcelain', '--untracked-files=no') !== ''
    return git('rev-parse', '--short=12', 'HEAD').trim() + (isDirty ? '+' : '')
  } catch {
    return 'unknown'
  }
}
