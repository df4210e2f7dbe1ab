import { show } from '@millrace/notify'
import type {
  Body,
  ConsumeOptions,
  OutgoingMessage,
  PeekOptions,
  QueueOptions,
  ReceiveOptions,
  SendOptions,
  WaitOptions,
} from './api.ts'

const encoder = new TextEncoder()
const LONGEST_NAME = 200
/**
 * Of a dedup key, and of the name of a header. Both are looked up by their hashes, and texts of more than 16,383 characters that are equally long
 * have all the same one: whoever sends them would make each look-up as slow as a walk through all.
 */
export const MAX_KEY_BYTES = 1_024
/** Headers of a message. */
export const MAX_HEADERS = 1_000
/** Of the value of a header. */
const MOST_VALUE_BYTES = 65_535

/** Checks that `options` is an object with no names but `known`. A misspelled option is an error, not a default. */
export function checkOptions(where: string, options: object | undefined, known: readonly string[]): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${where}: expected an options object, got ${show(options)}`)
  }
  for (const key in options) {
    if (known.includes(key) || !Object.hasOwn(options, key)) continue
    throw new TypeError(`${where}: unknown option ${show(key)}; known: ${known.join(', ')}`)
  }
}

/** Checks that it may name a queue. */
export function checkName(where: string, name: string): void {
  if (typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME && name.isWellFormed()) return
  throw new TypeError(`${where}: name: expected a string of 1 to ${LONGEST_NAME} characters, got ${show(name)}`)
}

/** Checks that a number, if given, is an integer from `least`. */
export function checkCount(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return
  throw new RangeError(`${name}: expected an integer from ${least}, got ${show(value)}`)
}

/** Checks that it is a boolean, if given. */
export function checkBoolean(name: string, value: boolean | undefined): void {
  if (value === undefined || typeof value === 'boolean') return
  throw new TypeError(`${name}: expected a boolean, got ${show(value)}`)
}

/** Checks that a time, if given, is a number of milliseconds from 0, or above it. */
export function checkMs(name: string, value: number | undefined, mayBeZero = true): void {
  if (value === undefined || (typeof value === 'number' && (mayBeZero ? value >= 0 : value > 0))) return
  throw new RangeError(
    `${name}: expected a number of milliseconds ${mayBeZero ? 'from' : 'above'} 0, got ${show(value)}`,
  )
}

/** Checks what `create` is given. */
export function checkQueueOptions(options: QueueOptions | undefined): void {
  checkOptions('create', options, [
    'capacity',
    'capacityBytes',
    'overflow',
    'leaseMs',
    'maxDeliveries',
    'deadLetterQueue',
    'order',
    'ttlMs',
    'dedupMs',
  ])
  const { overflow, order, maxDeliveries, deadLetterQueue } = options ?? {}
  checkCount('create: capacity', options?.capacity, 1)
  checkCount('create: capacityBytes', options?.capacityBytes, 1)
  checkCount('create: maxDeliveries', maxDeliveries, 1)
  checkMs('create: leaseMs', options?.leaseMs)
  checkMs('create: ttlMs', options?.ttlMs, false)
  checkMs('create: dedupMs', options?.dedupMs)
  checkOneOf('create: overflow', overflow, ['reject', 'wait'])
  checkOneOf('create: order', order, ['fifo', 'priority'])
  if (deadLetterQueue !== undefined) checkName('create: deadLetterQueue', deadLetterQueue)
  if ((maxDeliveries === undefined) !== (deadLetterQueue === undefined)) {
    const got = `${show(maxDeliveries)} and ${show(deadLetterQueue)}`
    throw new TypeError(`create: maxDeliveries and deadLetterQueue belong together, got ${got}`)
  }
}

const SEND = ['delayMs', 'priority', 'dedupKey', 'headers', 'ttlMs']
const WAIT = ['signal', 'timeoutMs']
const SEND_AND_WAIT = [...SEND, ...WAIT]
const BODY_AND_SEND = ['body', ...SEND]
const RECEIVE = ['leaseMs', 'max', 'maxBytes', 'maxMessageBytes', ...WAIT]

/** Checks what `send` or `trySend` is given. */
export function checkSend(
  where: string,
  body: Body,
  options: (SendOptions & WaitOptions) | undefined,
  waits: boolean,
): void {
  checkOptions(where, options, waits ? SEND_AND_WAIT : SEND)
  checkMessage(where, body, options)
  if (waits) checkWait(where, options)
}

/** Checks what `sendMany` is given. */
export function checkMessages(messages: readonly OutgoingMessage[], options: WaitOptions | undefined): void {
  if (!Array.isArray(messages)) throw new TypeError(`sendMany: expected an array of messages, got ${show(messages)}`)
  for (const [i, message] of messages.entries()) {
    if (isBare(message)) continue
    checkOptions(`sendMany: message ${i}`, message, BODY_AND_SEND)
    checkMessage(`sendMany: message ${i}`, message.body, message)
  }
  checkOptions('sendMany', options, WAIT)
  checkWait('sendMany', options)
}

/** Checks what `receive` is given. */
export function checkReceive(options: ReceiveOptions | undefined): void {
  checkOptions('receive', options, RECEIVE)
  checkMs('receive: leaseMs', options?.leaseMs)
  checkCount('receive: max', options?.max, 1)
  checkCount('receive: maxBytes', options?.maxBytes, 1)
  checkCount('receive: maxMessageBytes', options?.maxMessageBytes, 1)
  checkWait('receive', options)
}

/** Checks what `peek` is given. */
export function checkPeek(options: PeekOptions | undefined): void {
  checkOptions('peek', options, ['max', 'maxBytes'])
  checkCount('peek: max', options?.max, 1)
  checkCount('peek: maxBytes', options?.maxBytes, 1)
}

/** Checks what `consume` is given. */
export function checkConsume(handler: unknown, options: ConsumeOptions | undefined): void {
  if (typeof handler !== 'function') throw new TypeError(`consume: handler: expected a function, got ${show(handler)}`)
  checkOptions('consume', options, ['concurrency', 'leaseMs', 'retryDelayMs', 'maxRetryDelayMs', 'onError', 'signal'])
  checkCount('consume: concurrency', options?.concurrency, 1)
  checkMs('consume: leaseMs', options?.leaseMs, false)
  checkMs('consume: retryDelayMs', options?.retryDelayMs)
  checkMs('consume: maxRetryDelayMs', options?.maxRetryDelayMs)
  checkSignal('consume', options?.signal)
}

/** Checks that it is text; what a lease looks like is between those who give and those who take it. */
export function checkLease(where: string, lease: string): void {
  if (typeof lease === 'string' && lease !== '') return
  throw new TypeError(`${where}: lease: expected the lease of a message, got ${show(lease)}`)
}

/** Checks what `ackMany` is given. */
export function checkLeases(leases: readonly string[]): void {
  if (!Array.isArray(leases)) throw new TypeError(`ackMany: leases: expected an array of leases, got ${show(leases)}`)
  for (const lease of leases) checkLease('ackMany', lease)
}

/** Whether it is nothing but a body, as most messages are: then no name of what might be wrong is made. */
function isBare(message: OutgoingMessage): boolean {
  if (typeof message !== 'object' || message === null) return false
  for (const key in message) if (key !== 'body') return false
  const { body, delayMs, priority, dedupKey, headers, ttlMs } = message // A getter of its class is not listed.
  if (delayMs !== undefined || priority !== undefined || ttlMs !== undefined) return false
  return dedupKey === undefined && headers === undefined && isBody(body)
}

/** Whether it is one that arrives as it is: what is not well-formed would be another text, and what has lost its memory looks empty. */
function isBody(body: Body): boolean {
  if (typeof body === 'string') return body.isWellFormed()
  return body instanceof Uint8Array && (body.length > 0 || hasMemory(body))
}

/** Whether its memory was not transferred elsewhere, nor made so small that it lies outside: of such bytes none can be asked for. */
function hasMemory(body: Uint8Array): boolean {
  try {
    body.at(0)
    return true
  } catch {
    return false
  }
}

function checkBody(where: string, body: Body): void {
  if (isBody(body)) return
  let expected = 'a Uint8Array or a string'
  if (typeof body === 'string') expected = 'well-formed text'
  else if (body instanceof Uint8Array) expected = 'bytes whose memory was not transferred, nor made too small'
  throw new TypeError(`${where}: body: expected ${expected}, got ${show(body)}`)
}

function checkMessage(where: string, body: Body, options: SendOptions | undefined): void {
  checkBody(where, body)
  if (options === undefined) return
  const { delayMs, priority, dedupKey, headers, ttlMs } = options
  if (delayMs !== undefined) checkMs(`${where}: delayMs`, delayMs)
  if (ttlMs !== undefined) checkMs(`${where}: ttlMs`, ttlMs, false)
  if (priority !== undefined && !Number.isFinite(priority)) {
    throw new RangeError(`${where}: priority: expected a number, got ${show(priority)}`)
  }
  if (dedupKey !== undefined && (typeof dedupKey !== 'string' || dedupKey === '')) {
    throw new TypeError(`${where}: dedupKey: expected a string that is not empty, got ${show(dedupKey)}`)
  }
  if (dedupKey !== undefined) checkText(`${where}: dedupKey`, dedupKey, MAX_KEY_BYTES)
  if (headers === undefined) return
  if (typeof headers !== 'object' || headers === null) {
    throw new TypeError(`${where}: headers: expected an object of strings, got ${show(headers)}`)
  }
  const entries = Object.entries(headers)
  if (entries.length > MAX_HEADERS) {
    throw new RangeError(`${where}: headers: expected at most ${MAX_HEADERS}, got ${entries.length}`)
  }
  for (const [name, value] of entries) {
    if (typeof value !== 'string')
      throw new TypeError(`${where}: headers: ${show(name)} is no string but ${show(value)}`)
    checkText(`${where}: headers`, name, MAX_KEY_BYTES)
    checkText(`${where}: headers: ${show(name)}`, value, MOST_VALUE_BYTES)
  }
}

/** What is not well-formed would arrive as another text. */
function checkText(name: string, text: string, most: number): void {
  if (!text.isWellFormed()) throw new TypeError(`${name}: expected well-formed text, got ${show(text)}`)
  if (text.length * 3 <= most) return
  const bytes = encoder.encode(text).length
  if (bytes > most) {
    throw new RangeError(`${name}: expected at most ${most} bytes, got a text of ${bytes}`)
  }
}

function checkWait(where: string, options: WaitOptions | undefined): void {
  if (options === undefined) return
  const { timeoutMs, signal } = options
  if (timeoutMs !== undefined) checkMs(`${where}: timeoutMs`, timeoutMs)
  checkSignal(where, signal)
}

function checkSignal(where: string, signal: AbortSignal | undefined): void {
  if (signal === undefined || typeof signal?.addEventListener === 'function') return
  throw new TypeError(`${where}: signal: expected an AbortSignal, got ${show(signal)}`)
}

function checkOneOf(name: string, value: string | undefined, known: readonly string[]): void {
  if (value === undefined || known.includes(value)) return
  throw new TypeError(`${name}: expected ${known.map(show).join(' or ')}, got ${show(value)}`)
}
