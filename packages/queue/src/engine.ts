/** What engines share: checks of what they are given, the consumer, messages. For those who write one. */
export { consume } from './consume.ts'
export { type MessageFields, messageOf } from './message.ts'
export {
  checkBoolean,
  checkConsume,
  checkCount,
  checkLease,
  checkLeases,
  checkMessages,
  checkMs,
  checkName,
  checkOptions,
  checkPeek,
  checkQueueOptions,
  checkReceive,
  checkSend,
  show,
} from './options.ts'
