/**
 * Calls from one thread to objects of another, and what comes back: plain values as they are, errors with what they carry,
 * promises and objects with methods as a number by which they are known.
 *
 *     caller   { call, target, member, arguments } ─▶ callee
 *     caller   ◀─ { told } … ◀─ { returned } or { thrown }      answered before the caller goes on
 *     caller   ◀─ { settled: promise, … }                       later
 */
export type Message =
  | { readonly kind: 'returned' | 'thrown'; readonly value: Wired }
  | { readonly kind: 'settled'; readonly promise: number; readonly failed: boolean; readonly value: Wired }
  | { readonly kind: 'told'; readonly what: unknown }

/** What is asked of the callee. */
export type Call =
  | { readonly kind: 'call'; readonly target: number; readonly member: string; readonly args: readonly unknown[] }
  | { readonly kind: 'read'; readonly target: number; readonly member: string }
  | { readonly kind: 'abort'; readonly signal: number }
  | { readonly kind: 'attach'; readonly order: unknown }
  | { readonly kind: 'forget' }

/** An object as others know it: its number, what can be called and what can be read. */
export interface WiredObject {
  readonly is: 'object'
  readonly object: number
  readonly methods: readonly string[]
  readonly getters: readonly string[]
}

/** A value on its way back. */
export type Wired =
  | { readonly is: 'plain'; readonly value: unknown }
  | { readonly is: 'array'; readonly values: readonly Wired[] }
  | { readonly is: 'record'; readonly values: readonly (readonly [string, Wired])[] }
  | { readonly is: 'error'; readonly values: readonly (readonly [string, Wired])[] }
  | { readonly is: 'reason'; readonly signal: number }
  | { readonly is: 'promise'; readonly promise: number }
  | WiredObject

/** Stands for the reason of an abort, which never leaves the caller's thread. */
export class Reason {
  readonly signal: number

  constructor(signal: number) {
    this.signal = signal
  }
}

/** A signal on its way to the callee. */
export interface WiredSignal {
  readonly wiredSignal: number
  readonly aborted: boolean
}

/** Members that are known by a symbol, and the names they travel by. */
export const SYMBOLS: Readonly<Record<string, symbol>> = {
  '@@dispose': Symbol.dispose,
  '@@asyncIterator': Symbol.asyncIterator,
}
