import { channel } from '@millrace/mpsc'
import type { Contender } from '../contender.ts'
import { millraceDrives } from './millrace.ts'

const { mpmc: _hasOneReceiver, 'mpmc-try': _neither, ...drives } = millraceDrives(channel<number>)

/** `@millrace/mpsc`. */
export const contender: Contender = { name: 'millrace-mpsc', kind: 'ours', drives }
