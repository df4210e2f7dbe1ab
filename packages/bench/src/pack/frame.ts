import type { Entry } from '@millrace/example-pack/src/api.ts'
import { packSource } from '@millrace/example-pack/src/folders.ts'
import { count, entryLine, headerLine, noTotals, trailerLine } from '@millrace/example-pack/src/manifest.ts'
import type { BytePath } from '@millrace/example-pack/src/names.ts'
import { type ManifestFile, Store, storeIdentity } from '@millrace/example-pack/src/store.ts'
import { type Walked, type WalkedFile, walk } from '@millrace/example-pack/src/walk.ts'
import type { PackJob } from './packer.ts'

/** What stands around the work on the contents, and is the same for every packer. */
export interface Frame {
  readonly root: BytePath
  readonly store: Store
  /** The folder's contents in the order of the manifest. */
  readonly walked: AsyncIterable<Walked>
  /** Appends an entry to the manifest. Entries come in the order of the walk. */
  list(entry: Entry, hashes: readonly string[]): Promise<void>
}

/** Opens the store, lets `work` fill it, and makes manifest and folders safe on disk. */
export async function withFrame(job: PackJob, work: (frame: Frame) => Promise<void>): Promise<void> {
  const root = await packSource(job.folder, job.store)
  await using store = await Store.open(job.store)
  const manifest: ManifestFile = await store.manifest()
  const totals = noTotals()
  const list = async (entry: Entry, hashes: readonly string[]): Promise<void> => {
    manifest.append(entryLine(entry, hashes))
    count(totals, entry)
    if (manifest.isFull) await manifest.flush()
  }
  try {
    manifest.append(headerLine())
    await work({ root, store, walked: walk(root, await storeIdentity(store.path)), list })
    manifest.append(trailerLine(totals))
    await manifest.commit()
  } finally {
    await manifest.abandon()
  }
}

/** A loop over the folder: `storeFile` answers the chunks of a file, or `undefined` if the file is left out. */
export function packListed(
  job: PackJob,
  storeFile: (root: BytePath, store: Store, file: WalkedFile) => Promise<readonly string[] | undefined>,
): Promise<void> {
  return withFrame(job, async ({ root, store, walked, list }) => {
    for await (const entry of walked) {
      if (entry.type === 'problem') continue
      const hashes = entry.type === 'file' ? await storeFile(root, store, entry) : []
      if (hashes !== undefined) await list(entry, hashes)
    }
  })
}
