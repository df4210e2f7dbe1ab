import { pack } from '@millrace/example-pack/src/pack.ts'
import type { PackFolder } from './packer.ts'

/** The archiver of `examples/pack`, as it is. */
export const packFolder: PackFolder = (job) => pack(job)
