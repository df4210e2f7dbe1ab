/** Contracts, closing and cancellation of channels, and `turn`. Same as `@millrace/channel`. */
export * as channel from '@millrace/channel'
/** Channels with many senders and many receivers. Same as `@millrace/mpmc`. */
export * as mpmc from '@millrace/mpmc'
/** Channels with many senders and one receiver. Same as `@millrace/mpsc`. */
export * as mpsc from '@millrace/mpsc'
/** Parking and waking, semaphores. Same as `@millrace/notify`. */
export * as notify from '@millrace/notify'
/** Stages joined by bounded buffers. Same as `@millrace/pipeline`. */
export * as pipeline from '@millrace/pipeline'
/** Buffers that never wait. Same as `@millrace/ring`. */
export * as ring from '@millrace/ring'
