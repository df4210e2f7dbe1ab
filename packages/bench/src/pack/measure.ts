import { readFileSync } from 'node:fs'
import { answerParent } from '../child.ts'
import type { PackFolder, PackJob } from './packer.ts'

/** What a measuring process is told. */
export interface PackMeasureJob extends PackJob {
  readonly module: string
}

/** One run. Loading the code is not in it; starting threads is. */
export interface PackSample {
  readonly ms: number
  /** Of all threads, user and system. */
  readonly cpuMs: number
  readonly peakBytes: number
}

/** Packs once, in this process. */
export async function measurePack({ module, ...job }: PackMeasureJob): Promise<PackSample> {
  const { packFolder }: { packFolder: PackFolder } = await import(module)
  const cpu = process.cpuUsage()
  const start = performance.now()
  await packFolder(job)
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { ms, cpuMs: (user + system) / 1000, peakBytes: peakBytes() }
}

/** The most memory this process ever had. Not from getrusage if there is another way: on Linux a child begins with what its parent had. */
function peakBytes(): number {
  try {
    const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? []
    if (kib !== undefined) return Number(kib) * 1024
  } catch {}
  return process.resourceUsage().maxRSS * 1024
}

if (import.meta.main) answerParent(measurePack)
