export type {
  ChannelOptions,
  ChannelStats,
  ConsumeOptions,
  Consumer,
  DropReason,
  ForwardOptions,
  Overflow,
  Permit,
  Receiver,
  SelectCase,
  Sender,
  SendOutcome,
  Value,
  WaitOptions,
  WeakSender,
} from '@millrace/channel'
export {
  after,
  ClosedError,
  CutShortError,
  consume,
  FullError,
  forward,
  merge,
  select,
  TimeoutError,
} from '@millrace/channel'
export type { Channel } from './api.ts'
export { channel } from './bounded.ts'
export { unboundedChannel } from './unbounded.ts'
