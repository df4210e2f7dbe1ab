/** The wire protocol, for those who write a client or a server; `protocol/frame.ts` draws it. */
export { ByNumber, type Numbered } from './by-number.ts'
export type { MessageFields } from './message.ts'
export type { Answer } from './protocol/answer.ts'
export { Credit } from './protocol/credit.ts'
export type { Decoder, EachMessage } from './protocol/decoder.ts'
export { ClientEncoder, ServerEncoder } from './protocol/encoder.ts'
export { isQueueError } from './protocol/failure.ts'
export type { Hello, Welcome } from './protocol/greeting.ts'
export { Lane, laneOf } from './protocol/lane.ts'
export {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_PORT,
  MAX_BATCH,
  MAX_GREETING_BYTES,
  MAX_LEASES,
  MAX_TOKEN_BYTES,
  MESSAGE_FRAME_BYTES,
  MIN_ANSWER_BYTES,
  PROTOCOL_VERSION,
} from './protocol/limits.ts'
export { malformed } from './protocol/malformed.ts'
export {
  type HotRequest,
  isManagement,
  type ManagementRequest,
  type ReceiveRequest,
  type Request,
} from './protocol/request.ts'
export {
  type Alive,
  type Cancel,
  clientDecoder,
  type FromClient,
  type FromServer,
  type Goodbye,
  serverDecoder,
} from './protocol/sides.ts'
