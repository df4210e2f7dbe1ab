import { channel } from '@millrace/mpmc'
import type { Contender } from '../contender.ts'
import { millraceDrives } from './millrace.ts'

/** `@millrace/mpmc`. */
export const contender: Contender = { name: 'millrace-mpmc', kind: 'ours', drives: millraceDrives(channel<number>) }
