import { type Arena, ownBytes, words } from '@millrace/atomics'

/** Bytes that a shared channel has for the reason of its close. */
export const REASON_BYTES = 512
const STATE = 0
const LENGTH = 4
const TEXT = 8
const WRITING = 1
const THERE = 2

/**
 * Leaves why a channel was closed where all threads can read it: name, code and message of an error, cut to what fits. A
 * reason that is no error arrives as an error with that message. Answers whether it was the first.
 *
 * INVARIANT  whoever moved the state from 0 writes the text, and nobody else ever does.
 */
export function writeReason(arena: Arena, object: number, reason: unknown): boolean {
  const at = ownBytes(arena, object)
  const text = new Uint8Array(REASON_BYTES - TEXT)
  const { written } = new TextEncoder().encodeInto(textOf(reason), text)
  if (words.compareExchange(arena, at + STATE, 0, WRITING) !== 0) return false
  arena.views(at + REASON_BYTES).u8.set(text, at + TEXT)
  words.store(arena, at + LENGTH, written)
  words.store(arena, at + STATE, THERE) // Publishes the text; observed by the load in readReason().
  return true
}

/** The reason that another thread left; `undefined` if there is none. */
export function readReason(arena: Arena, object: number): Error | undefined {
  const at = ownBytes(arena, object)
  if (words.load(arena, at + STATE) !== THERE) return undefined
  const text = arena.views(at + REASON_BYTES).u8.slice(at + TEXT, at + TEXT + words.load(arena, at + LENGTH))
  const [name = 'Error', code, ...message] = new TextDecoder().decode(new Uint8Array(text)).split('\0')
  const error: CodedError = Object.assign(new Error(message.join('\0')), { name })
  if (code) error.code = code
  return error
}

/** Reads the reason before anything is claimed. What cannot even be read closes all the same. */
function textOf(reason: unknown): string {
  try {
    const { name, message, code = '' } = (reason instanceof Error ? reason : new Error(String(reason))) as CodedError
    return [name, code, message].join('\0')
  } catch {
    return ['Error', '', 'closed with a reason that cannot be read'].join('\0')
  }
}

interface CodedError extends Error {
  code?: string
}
