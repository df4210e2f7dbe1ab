import type { Value } from '@millrace/channel'
import type { WordCodec } from '@millrace/ring/codec'

const seen: Value[] = []

/** Any value as a word: its number among those this thread has seen. */
export const numbered: WordCodec<Value> = {
  name: 'numbered',
  maxBytes: 4,
  words: 1,
  toWord: numberOf,
  fromWord: (word) => seen[word] as Value,
  encode(value, into, offset) {
    into.view.setInt32(offset, numberOf(value), true)
    return 4
  },
  decode: (from, offset) => seen[from.view.getInt32(offset, true)] as Value,
}

function numberOf(value: Value): number {
  const number = seen.indexOf(value)
  return number === -1 ? seen.push(value) - 1 : number
}
