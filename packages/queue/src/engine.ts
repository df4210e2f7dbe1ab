/** What engines share: checks of what they are given, the consumer, messages; and how to receive and send for somebody else. For those who write or serve one. */
export { consume } from './consume.ts'
export { receiveAgain, receiveLent, sendManyServed, sendServed } from './engine/lending.ts'
export type { OnWait } from './engine/waits.ts'
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
} from './options.ts'
