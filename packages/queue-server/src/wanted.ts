import type { ReceiveOptions } from '@millrace/queue'
import { MAX_BATCH, type ReceiveRequest } from '@millrace/queue/protocol'

/** A message without a body takes about so many bytes of an answer. */
const LEAST_MESSAGE_BYTES = 64

/** How large an answer may be. */
export interface AnswerLimits {
  /** About so many bytes, but one message whatever its size, … */
  readonly maxAnswerBytes: number
  /** … if it has no more than the client takes. */
  readonly maxMessageBytes: number
}

/** How many messages an answer has at most, when so many were asked for. */
export function mostMessages(max: number, { maxAnswerBytes }: AnswerLimits): number {
  return Math.min(max, MAX_BATCH, Math.max(1, Math.floor(maxAnswerBytes / LEAST_MESSAGE_BYTES)))
}

/** How many bytes of messages an answer has at most. */
export function mostBytes(maxBytes: number | undefined, { maxAnswerBytes }: AnswerLimits): number {
  return maxBytes === undefined ? maxAnswerBytes : Math.min(maxBytes, maxAnswerBytes)
}

/**
 * What a receive asks the engine for: as many as the client is ready to take, and the server to give, but one message. None that is too large for the
 * client: once taken it could only go back, as if it had been delivered.
 */
export function wantedOf(
  { max, leaseMs, timeoutMs, maxBytes, maxMessageBytes: largest }: ReceiveRequest,
  limits: AnswerLimits,
): ReceiveOptions {
  const { maxMessageBytes } = limits
  return {
    max: mostMessages(max, limits),
    leaseMs,
    timeoutMs,
    maxBytes: mostBytes(maxBytes, limits),
    maxMessageBytes: largest === undefined ? maxMessageBytes : Math.min(largest, maxMessageBytes),
  }
}
