import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

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
  /** The share of all cores that others used in the second before the start. Well above 0, and the figures are noise. */
  readonly busy: number
}

/** Looks at this machine for a second. `node` is the path of the Node that measures. */
export async function environment(node: string = process.execPath): Promise<Environment> {
  const before = coreTimes()
  await delay(1000)
  const after = coreTimes()
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform}-${process.arch}`,
    ...versionsOf(node),
    commit: commit(),
    busy: 1 - (after.idle - before.idle) / (after.total - before.total),
  }
}

/** Whether others use so much of the machine that they disturb a measurement. */
export function isBusy({ busy }: Pick<Environment, 'busy'>): boolean {
  return busy > 0.1
}

function coreTimes(): { idle: number; total: number } {
  const times = cpus().map((core) => core.times)
  const idle = times.reduce((sum, core) => sum + core.idle, 0)
  return { idle, total: times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, idle) }
}

function versionsOf(node: string): { node: string; v8: string } {
  const versions: { node: string; v8: string } = JSON.parse(
    execFileSync(node, ['--print', 'JSON.stringify(process.versions)'], { encoding: 'utf8' }),
  )
  return { node: `v${versions.node}`, v8: versions.v8 }
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
