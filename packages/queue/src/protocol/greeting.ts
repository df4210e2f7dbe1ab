import type { Durability } from '../api.ts'
import { MIN_ANSWER_BYTES } from './limits.ts'
import { malformed } from './malformed.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/*
 *     hello      MLRC │ version: u16 │ maxFrameBytes: u32 │ token: text
 *     welcome    MLRC │ version: u16 │ maxFrameBytes, maxRequests, maxRequestBytes: u32 │ quietMs: f64 │ durability: u8, with 3 an f64
 */

const MAGIC = 0x4d_4c_52_43 // MLRC

/** What a client says first. */
export interface Hello {
  readonly kind: 'hello'
  /** The highest version it speaks. */
  readonly version: number
  /** It takes answers of at most so many bytes a frame; 2 MiB or more, which the ids of the largest `sendMany` need. */
  readonly maxFrameBytes: number
  /** Who it is; empty for a server that does not ask. */
  readonly token: string
}

/** What the server answers, if it lets the client in. */
export interface Welcome {
  readonly kind: 'welcome'
  /** The version that is spoken: no higher than that of the client. */
  readonly version: number
  /** It takes frames of at most so many bytes. */
  readonly maxFrameBytes: number
  /** Before an answer it takes so many requests of each lane, … */
  readonly maxRequests: number
  /** … and so many bytes of these; one more frame may be begun below that. */
  readonly maxRequestBytes: number
  /** A side that has heard nothing for so long, or up to twice as long, sends a ping, and ends the connection when it hears nothing for as long again. Infinite: neither. */
  readonly quietMs: number
  /** When a change is safe; empty if it depends on the queue: its `stats` tell. */
  readonly durability: Durability | undefined
}

/** Writes what a client says first. */
export function writeHello(writer: Writer, { version, maxFrameBytes, token }: Omit<Hello, 'kind'>): void {
  writer.u32(MAGIC)
  writer.u16(version)
  writer.u32(maxFrameBytes)
  writer.text('token', token)
}

/** Reads what a client says first. */
export function readHello(reader: Reader): Hello {
  if (reader.u32() !== MAGIC) throw malformed('it does not begin as this protocol does')
  const version = reader.u16()
  if (version < 1) throw malformed('version 0')
  const maxFrameBytes = reader.u32()
  if (maxFrameBytes < MIN_ANSWER_BYTES) throw malformed(`answers of ${maxFrameBytes} bytes at most`)
  return { kind: 'hello', version, maxFrameBytes, token: reader.text() }
}

/** Writes what the server answers. */
export function writeWelcome(writer: Writer, welcome: Omit<Welcome, 'kind'>): void {
  writer.u32(MAGIC)
  writer.u16(welcome.version)
  writer.u32(welcome.maxFrameBytes)
  writer.u32(welcome.maxRequests)
  writer.u32(welcome.maxRequestBytes)
  writer.f64(welcome.quietMs)
  writeDurability(writer, welcome.durability)
}

/** Reads what the server answers. */
export function readWelcome(reader: Reader): Welcome {
  if (reader.u32() !== MAGIC) throw malformed('it does not begin as this protocol does')
  return {
    kind: 'welcome',
    version: reader.u16(),
    maxFrameBytes: reader.u32(),
    maxRequests: reader.u32(),
    maxRequestBytes: reader.u32(),
    quietMs: reader.f64(),
    durability: readDurability(reader),
  }
}

const PLAIN = ['memory', 'always', 'never'] as const
const EVERY = 3
const UNTOLD = 255

function writeDurability(writer: Writer, durability: Durability | undefined): void {
  if (typeof durability === 'object') {
    writer.u8(EVERY)
    writer.f64(durability.everyMs)
  } else {
    writer.u8(durability === undefined ? UNTOLD : PLAIN.indexOf(durability))
  }
}

function readDurability(reader: Reader): Durability | undefined {
  const kind = reader.u8()
  if (kind === UNTOLD) return undefined
  if (kind === EVERY) return { everyMs: reader.f64() }
  const plain = PLAIN[kind]
  if (plain === undefined) throw malformed(`durability ${kind}`)
  return plain
}
