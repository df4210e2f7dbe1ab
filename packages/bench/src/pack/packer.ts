import type { Kind } from '../contender.ts'

/** What every packer is told. The store is not there yet. */
export interface PackJob {
  readonly folder: string
  readonly store: string
  readonly level: number
}

/** One way to pack a folder. The modules beside this one export it as `packFolder`. */
export type PackFolder = (job: PackJob) => Promise<unknown>

/** A packer by name, and the module a measuring process loads it from. */
export interface Packer {
  readonly name: string
  readonly kind: Kind
  readonly note?: string | undefined
  readonly module: URL
}

/** Every packer. They share walk, chunks, store and manifest, and differ in what they do at the same time. */
export const PACKERS: readonly Packer[] = [
  {
    name: 'millrace-pack',
    kind: 'ours',
    module: new URL('./millrace.ts', import.meta.url),
  },
  {
    name: 'sequential',
    kind: 'baseline',
    note: 'one loop, each file call awaited, hash and zstd synchronous',
    module: new URL('./sequential.ts', import.meta.url),
  },
  {
    name: 'sequential-sync',
    kind: 'baseline',
    note: 'the same loop with synchronous reads and writes too, which saves the hops to the file threads',
    module: new URL('./sequential-sync.ts', import.meta.url),
  },
  {
    name: 'p-map-piscina',
    kind: 'peer',
    note: 'p-map over the chunks, hash and zstd in piscina; keeps all entries in memory',
    module: new URL('./p-map-piscina.ts', import.meta.url),
  },
]
