import { perform } from './actor.ts'
import type { SharedMemory, SharedMemoryOptions } from './api.ts'
import { CopyOperation, FillOperation, PairOperation } from './block-operation.ts'
import { checkInteger, describeValue } from './check.ts'
import { NotifyOperation, WaitOperation } from './park-operation.ts'
import { type NameOf, type Verb, WordOperation } from './word-operation.ts'
import { Words } from './words.ts'

const WAIT_CODES = { ok: 0, 'not-equal': 1, 'timed-out': 2 } as const
type WaitAnswer = keyof typeof WAIT_CODES

const wordsOfMemory = new WeakMap<SharedMemory, Words>()

/**
 * A byte-addressed memory that actors share, with AssemblyScript's builtins as its functions: pass it as the bindings of
 * a kernel. All words are 0 until `setup` writes them.
 *
 * Every function is one step; `memory.copy` and `memory.fill` are a step per word, since neither is atomic. It is
 * sequentially consistent, as JavaScript's `Atomics` are; a plain load or store is a step too, never reordered or torn. An address that is out
 * of range, or not a multiple of 4 (8 for a pair), throws `RangeError` in the actor.
 *
 * In `setup` and `check` the same functions act at once. Throws `RangeError` unless `bytes` is a multiple of 8 from 8 to 2 ** 24.
 *
 * @example
 * const memory = sharedMemory({ bytes: 64, names: { 0: 'count' } })
 * const report = explore({
 *   memory,
 *   actors: { first: () => memory.atomic.add(0, 1), second: () => memory.atomic.add(0, 1) },
 *   check: () => memory.load(0) === 2,
 * })
 * report.complete // => true
 */
export function sharedMemory(options: SharedMemoryOptions): SharedMemory {
  const { bytes, names = {} } = options
  checkInteger('bytes', bytes, 8, 2 ** 24)
  if (bytes % 8 !== 0) throw new RangeError(`bytes: expected a multiple of 8, got ${bytes}`)
  const words = new Words(bytes)
  const nameOf = typeof names === 'function' ? (word: number) => names(word * 4) ?? `@${word * 4}` : namer(names)
  const memory = bind(words, nameOf)
  wordsOfMemory.set(memory, words)
  return memory
}

/** The words behind a memory. Throws `TypeError` for what `sharedMemory` did not make. */
export function wordsOf(memory: SharedMemory): Words {
  const words = wordsOfMemory.get(memory)
  if (words === undefined) throw new TypeError(`memory: expected a sharedMemory(), got ${describeValue(memory)}`)
  return words
}

function bind(words: Words, nameOf: NameOf): SharedMemory {
  const at = (ptr: number, offset = 0): number => checkAddress(words, ptr + offset, 4)
  const act = (verb: Verb, ptr: number, offset: number | undefined, value?: number, expected?: number): number =>
    perform(new WordOperation(words, nameOf, verb, at(ptr, offset), int(value), int(expected))) as number
  const wait = (ptr: number, expected: number, mayTimeOut = false): WaitAnswer =>
    perform(new WaitOperation(words, nameOf, at(ptr), int(expected), mayTimeOut)) as WaitAnswer
  const notify = (ptr: number, count = Number.POSITIVE_INFINITY): number =>
    perform(new NotifyOperation(nameOf, at(ptr), count < 0 ? Number.POSITIVE_INFINITY : count)) as number
  const update = (verb: Verb) => (ptr: number, value: number, offset?: number) => act(verb, ptr, offset, value)
  return {
    load: (ptr, offset) => act('read', ptr, offset),
    store: (ptr, value, offset) => void act('write', ptr, offset, value),
    atomic: {
      load: (ptr, offset) => act('load', ptr, offset),
      store: (ptr, value, offset) => void act('store', ptr, offset, value),
      add: update('add'),
      sub: update('sub'),
      and: update('and'),
      or: update('or'),
      xchg: update('xchg'),
      cmpxchg: (ptr, expected, value, offset) => act('cmpxchg', ptr, offset, value, expected),
      wait: (ptr, expected) => WAIT_CODES[wait(ptr, expected)],
      notify,
    },
    memory: {
      copy: (target, source, lengthBytes) => copy(words, nameOf, target, source, lengthBytes),
      fill: (target, value, lengthBytes) => fill(words, nameOf, target, value, lengthBytes),
    },
    pair: {
      cmpxchg: (ptr, low, high, newLow, newHigh) => {
        const word = checkAddress(words, ptr, 8)
        const from = [int(low), int(high)] as const
        return perform(new PairOperation(words, nameOf, word, from, [int(newLow), int(newHigh)])) as boolean
      },
    },
    wait,
    notify,
  }
}

function copy(words: Words, nameOf: NameOf, target: number, source: number, lengthBytes: number): void {
  checkRange(words, target, lengthBytes)
  checkRange(words, source, lengthBytes)
  const parts = partsOf(target, lengthBytes)
  // As memmove: where the ranges overlap, the source is read before it is written over.
  for (const [ptr, length] of target > source ? parts.reverse() : parts) {
    perform(new CopyOperation(words, nameOf, ptr, ptr - target + source, length))
  }
}

function fill(words: Words, nameOf: NameOf, target: number, value: number, lengthBytes: number): void {
  checkRange(words, target, lengthBytes)
  for (const [ptr, length] of partsOf(target, lengthBytes)) {
    perform(new FillOperation(words, nameOf, ptr, value & 0xff, length))
  }
}

// Cut where the target's words begin.
function partsOf(target: number, lengthBytes: number): [ptr: number, lengthBytes: number][] {
  const parts: [number, number][] = []
  for (let ptr = target; ptr < target + lengthBytes; ) {
    const length = Math.min(4 - (ptr % 4), target + lengthBytes - ptr)
    parts.push([ptr, length])
    ptr += length
  }
  return parts
}

function namer(names: Readonly<Record<number, string>>): NameOf {
  const known = Object.entries(names)
    .map(([ptr, name]) => ({ ptr: Number(ptr), name }))
    .sort((a, b) => b.ptr - a.ptr)
  return (word) => {
    const ptr = word * 4
    const nearest = known.find((entry) => entry.ptr <= ptr)
    if (nearest === undefined || ptr - nearest.ptr >= 64) return `@${ptr}`
    return nearest.ptr === ptr ? nearest.name : `${nearest.name}+${ptr - nearest.ptr}`
  }
}

function checkAddress(words: Words, ptr: number, lengthBytes: number): number {
  if (ptr % lengthBytes !== 0) throw new RangeError(`ptr: expected a multiple of ${lengthBytes}, got ${ptr}`)
  checkRange(words, ptr, lengthBytes)
  return ptr / 4
}

function checkRange(words: Words, ptr: number, lengthBytes: number): void {
  const end = words.bytes.length
  if (Number.isInteger(ptr) && lengthBytes >= 0 && ptr >= 0 && ptr + lengthBytes <= end) return
  throw new RangeError(`ptr: ${lengthBytes} bytes at ${ptr} are not within the ${end} bytes of the memory`)
}

function int(value = 0): number {
  return Number(value) | 0
}
