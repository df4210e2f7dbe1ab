import type { Value } from '@millrace/channel'
import { type Codec, json, type WordCodec } from '@millrace/ring/codec'

/** Strings of up to three letters as a word, the same in every thread. */
const letters: WordCodec<Value> = {
  name: 'letters',
  maxBytes: 4,
  words: 1,
  toWord: wordOf,
  fromWord: textOf,
  encode(value, into, offset) {
    into.view.setInt32(offset, wordOf(value), true)
    return 4
  },
  decode: (from, offset) => textOf(from.view.getInt32(offset, true)),
}

/** What the values of a channel under test lie in memory as. */
export const codecs: Record<'words' | 'bytes', Codec<Value>> = { words: letters, bytes: json(200) as Codec<Value> }

function wordOf(value: Value): number {
  if (typeof value !== 'string' || value.length > 3) throw new TypeError(`expected up to three letters, got ${value}`)
  return [...value].reduce((word, letter, place) => word | (letter.charCodeAt(0) << (8 * place)), value.length << 24)
}

function textOf(word: number): string {
  return String.fromCharCode(...Array.from({ length: word >>> 24 }, (_, place) => (word >>> (8 * place)) & 255))
}
