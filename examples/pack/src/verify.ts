import type { Problem } from './api.ts'
import { Checking } from './check.ts'
import { Comparing } from './compare.ts'
import { type FlowOptions, type FlowSummary, runFlow } from './flow.ts'
import { checkStore, emptyFolder } from './folders.ts'
import { Manifest, type Totals } from './manifest.ts'
import { compareInWalk } from './order.ts'
import { Restorer } from './restore.ts'
import { manifestPath } from './store.ts'

/** What to verify, and how. */
export interface VerifyOptions extends FlowOptions {
  /** The store. */
  readonly store: string
  /** A folder that is empty or not there, to restore everything to. */
  readonly restore?: string | undefined
}

/** How verifying went. `totals` counts what is whole, and restored if that was asked for. */
export interface VerifyReport extends FlowSummary, Totals {
  /** Chunks whose object was read, expanded and hashed. One that many files share may count once. */
  readonly checkedChunks: number
  /** What is damaged, missing or different from the manifest, in the order of the walk. None: all is identical. */
  readonly problems: readonly Problem[]
}

/**
 * Checks that every object the manifest of a store names is there, expands, and has the hash that is its name. With
 * `restore`, writes all entries there, and then compares hash, size, mode, link target and mtime of everything that is
 * on disk with the manifest.
 *
 * Rejects with `PackError` if there is no store, or the folder is not empty or lies in it (code `usage`), the manifest cannot be
 * trusted (`manifest`), or the folder cannot be written (`store`).
 */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  await checkStore(options.store)
  await using manifest = await Manifest.open(manifestPath(options.store))
  const root = options.restore === undefined ? undefined : await emptyFolder(options.restore, options.store)
  const restorer = root === undefined ? undefined : new Restorer(root)
  const checking = new Checking(options.store, manifest, restorer)
  const checked = await runFlow(checking, options)
  const problems = [...checking.problems]
  let elapsedMs = checked.elapsedMs
  if (root !== undefined && restorer !== undefined) {
    await restorer.finishDirectories(manifest, (problem) => problems.push(problem), options.signal)
    const comparing = new Comparing(root, manifest)
    elapsedMs += (await runFlow(comparing, options)).elapsedMs
    const known = new Set(problems.map(({ path }) => path))
    problems.push(...comparing.problems.filter(({ path }) => !known.has(path)))
  }
  problems.sort((a, b) => compareInWalk(a.path, b.path))
  return { ...checked, elapsedMs, ...checking.totals, checkedChunks: checking.checked, problems }
}
