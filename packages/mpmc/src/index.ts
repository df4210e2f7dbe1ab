export type { Sender, SendOutcome, Value, WaitOptions } from '@millrace/channel'
export { ClosedError, TimeoutError } from '@millrace/channel'
export type { Channel, ChannelOptions, Receiver } from './api.ts'
export { channel } from './bounded.ts'
