export type { WaitOptions } from '@millrace/notify'
export { TimeoutError, turn } from '@millrace/notify'
export type { Value } from '@millrace/ring'
export type {
  ChannelStats,
  DropReason,
  Endpoint,
  Overflow,
  OverflowOptions,
  Permit,
  Receiver,
  Sender,
  SendOutcome,
  WeakSender,
} from './api.ts'
export { type ConsumeOptions, type Consumer, consume } from './consume.ts'
export { ChannelReceiver } from './endpoint/receiver.ts'
export { ChannelSender } from './endpoint/sender.ts'
export { ClosedError, CutShortError, FullError } from './errors.ts'
export { type ForwardOptions, forward } from './forward.ts'
export { LocalChannel } from './local/channel.ts'
export { boundedChannel, type ChannelOptions, unboundedChannel } from './local/make.ts'
export type { CaseKind, Race, SelectCase, Withdraw } from './select/api.ts'
export { merge } from './select/merge.ts'
export { type Selectable, type Selected, type SelectResult, select } from './select/select.ts'
export { after } from './select/timer-and-signal.ts'
