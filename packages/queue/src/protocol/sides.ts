import { type Answer, readAnswer } from './answer.ts'
import { Decoder } from './decoder.ts'
import { readFailure } from './failure.ts'
import { Kind } from './frame.ts'
import { type Hello, readHello, readWelcome, type Welcome } from './greeting.ts'
import { malformed } from './malformed.ts'
import type { Reader } from './reader.ts'
import { type Request, readRequest } from './request.ts'

/** What either side may say at any time. A ping is answered with a pong. */
export type Alive = { readonly kind: 'ping' } | { readonly kind: 'pong' }

/** The request of this number is no more wanted. If it is answered already that is not news. */
export interface Cancel {
  readonly kind: 'cancel'
}

/** The server takes no request any more: `unreachable` when it is closing, otherwise what the client did wrong. */
export interface Goodbye {
  readonly kind: 'goodbye'
  readonly error: Error
}

/** What a client says. */
export type FromClient = Hello | Request | Cancel | Alive

/** What a server says. */
export type FromServer = Welcome | Answer | Goodbye | Alive

/** Reads what a client says. Bodies are views of the chunk. */
export function clientDecoder(maxFrameBytes: number): Decoder<FromClient> {
  return new Decoder(maxFrameBytes, readFromClient)
}

/** Reads what a server says. Bodies are copies. */
export function serverDecoder(maxFrameBytes: number): Decoder<FromServer> {
  return new Decoder(maxFrameBytes, readFromServer)
}

function readFromClient(kind: number, reader: Reader): FromClient {
  const message = readRequest(kind, reader) ?? readAlive(kind)
  if (message !== undefined) return message
  if (kind === Kind.cancel) return { kind: 'cancel' }
  if (kind === Kind.hello) return readHello(reader)
  throw malformed(`a client does not say ${kind}`)
}

function readFromServer(kind: number, reader: Reader): FromServer {
  const message = readAnswer(kind, reader) ?? readAlive(kind)
  if (message !== undefined) return message
  if (kind === Kind.goodbye) return { kind: 'goodbye', error: readFailure(reader) }
  if (kind === Kind.welcome) return readWelcome(reader)
  throw malformed(`a server does not say ${kind}`)
}

function readAlive(kind: number): Alive | undefined {
  if (kind === Kind.ping) return { kind: 'ping' }
  return kind === Kind.pong ? { kind: 'pong' } : undefined
}
