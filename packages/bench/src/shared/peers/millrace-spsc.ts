import { attachReceiver, attachSender, sharedChannel } from '@millrace/mpsc/shared'
import type { SharedContender } from '../contender.ts'
import { millraceRoutes } from './millrace.ts'

const routes = millraceRoutes({
  sharedChannel: (options) => sharedChannel({ ...options, producers: 1 }),
  attachSender,
  attachReceiver,
})

/** `sharedChannel` of @millrace/mpsc with `producers: 1`. */
export const contender: SharedContender = {
  name: 'millrace-spsc',
  kind: 'ours',
  note: '@millrace/mpsc with producers: 1',
  routes: { 'u32-await': routes['u32-await'], 'u32-batch': routes['u32-batch'], 'u32-sync': routes['u32-sync'] },
}
