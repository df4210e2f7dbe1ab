import type { Drives } from './topology.ts'

/** Ours, a rival, what there is without a library, or a floor that no channel of its kind can beat. */
export type Kind = 'ours' | 'peer' | 'baseline' | 'floor'

/** One implementation under measurement. Each module in `contenders/` exports one as `contender`. */
export interface Contender {
  /** As in the tables and after `--only`. */
  readonly name: string
  readonly kind: Kind
  /** What a reader of the table must know to compare fairly. */
  readonly note?: string | undefined
  readonly drives: Drives
}

/** A contender and the module that a measuring process loads it from. */
export interface Entry {
  readonly contender: Contender
  readonly module: URL
}

/** The modules of the channel suite. A new contender is a file in `contenders/` and a line here. */
const MODULES: readonly URL[] = [
  new URL('./contenders/millrace-mpsc.ts', import.meta.url),
  new URL('./contenders/millrace-mpmc.ts', import.meta.url),
  new URL('./contenders/async-channel.ts', import.meta.url),
  new URL('./contenders/thi-ng-csp.ts', import.meta.url),
  new URL('./contenders/effect.ts', import.meta.url),
  new URL('./contenders/effect-take-all.ts', import.meta.url),
  new URL('./contenders/queueable.ts', import.meta.url),
  new URL('./contenders/ts-chan.ts', import.meta.url),
  new URL('./contenders/ts-chan-unsafe.ts', import.meta.url),
  new URL('./contenders/fastq.ts', import.meta.url),
  new URL('./contenders/web-streams.ts', import.meta.url),
  new URL('./contenders/node-streams.ts', import.meta.url),
  new URL('./contenders/events-on.ts', import.meta.url),
  new URL('./contenders/plain-array.ts', import.meta.url),
  new URL('./contenders/await-floor.ts', import.meta.url),
  new URL('./contenders/bare-ring.ts', import.meta.url),
]

/** Loads every contender of the channel suite. */
export function loadContenders(): Promise<Entry[]> {
  return Promise.all(MODULES.map(loadContender))
}

/** Loads one contender. */
export async function loadContender(module: URL): Promise<Entry> {
  const { contender }: { contender: Contender } = await import(module.href)
  return { contender, module }
}
