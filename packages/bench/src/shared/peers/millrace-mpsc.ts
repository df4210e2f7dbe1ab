import { attachReceiver, attachSender, sharedChannel } from '@millrace/mpsc/shared'
import type { SharedContender } from '../contender.ts'
import { millraceRoutes } from './millrace.ts'

/** `sharedChannel` of @millrace/mpsc. */
export const contender: SharedContender = {
  name: 'millrace-mpsc',
  kind: 'ours',
  routes: millraceRoutes({ sharedChannel, attachSender, attachReceiver }),
}
