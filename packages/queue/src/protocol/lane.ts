import type { Request } from './request.ts'

/** Kinds of requests, by what may keep back their answers. */
export const Lane = {
  /** Waits for messages. */
  receive: 0,
  /** May wait for room. */
  send: 1,
  /** Is answered at once. */
  prompt: 2,
} as const

/** One of these. */
export type Lane = (typeof Lane)[keyof typeof Lane]

/** Of which kind a request is. */
export function laneOf(request: Request): Lane {
  switch (request.kind) {
    case 'receive':
      return request.timeoutMs === 0 ? Lane.prompt : Lane.receive
    case 'send':
    case 'sendMany':
      return request.timeoutMs === 0 ? Lane.prompt : Lane.send
    default:
      return Lane.prompt
  }
}
