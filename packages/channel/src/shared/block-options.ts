import { checkWaitOptions } from '@millrace/notify'
import type { BlockOptions } from './api.ts'

const NAMES: readonly string[] = ['timeoutMs'] satisfies (keyof BlockOptions)[]

/** Throws for options that no wait which blocks its thread can have, naming the option and the value. */
export function checkBlockOptions(options: BlockOptions | undefined): void {
  if (options !== undefined) checkWaitOptions(options, NAMES)
}
