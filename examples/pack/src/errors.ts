import { getSystemErrorMessage } from 'node:util'

/**
 * Why a run stopped. `usage`: it was asked for something that cannot be done; `busy`: another packer holds the store;
 * `store`: reading or writing the store or the restored folder failed; `manifest`: the store's manifest is not one.
 */
export type PackErrorCode = 'usage' | 'busy' | 'store' | 'manifest'

/** A run that cannot go on. Its message is one line for the user; problems of single files are reported, not thrown. */
export class PackError extends Error {
  override readonly name: string = 'PackError'
  /** What kind of trouble it is. */
  readonly code: PackErrorCode

  constructor(code: PackErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The code of a system error such as `ENOENT`; `undefined` for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('errno' in error)) return undefined
  return typeof error.code === 'string' && typeof error.errno === 'number' ? error.code : undefined
}

/** The cause in the system's own words, for example `no space left on device (ENOSPC)`. */
export function reasonOf(error: unknown): string {
  const code = systemCode(error)
  if (code === undefined) return error instanceof Error ? error.message : String(error)
  return `${getSystemErrorMessage((error as NodeJS.ErrnoException).errno ?? 0)} (${code})`
}
