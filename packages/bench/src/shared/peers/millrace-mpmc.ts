import { attachReceiver, attachSender, sharedChannel } from '@millrace/mpmc/shared'
import type { SharedContender } from '../contender.ts'
import { millraceRoutes } from './millrace.ts'

/** `sharedChannel` of @millrace/mpmc. */
export const contender: SharedContender = {
  name: 'millrace-mpmc',
  kind: 'ours',
  routes: millraceRoutes({ sharedChannel, attachSender, attachReceiver }),
}
