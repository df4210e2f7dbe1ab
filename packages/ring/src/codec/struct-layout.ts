import type { Codec, PairCodec, WordCodec } from './api.ts'

/**
 * Where the fields of a struct lie: `{ id: u32, name: string(32), n: f64, note: string(80) }`
 *
 *     0       8        12          16            offset + 16 + the length of name, rounded up to 8
 *     ┌───────┬────────┬───────────┬─────────────┬─────────────┐
 *     │ n f64 │ id u32 │ length of │ name, in up │ note, up to │
 *     │       │        │ name      │ to 33 bytes │ the end     │
 *     └───────┴────────┴───────────┴─────────────┴─────────────┘
 *
 * INVARIANT  pairs lie before words and words before bytes, each kind in the order the fields were written in.
 * INVARIANT  the bytes of a field begin at a multiple of 8.
 */
export interface StructLayout {
  /** In the order they were written in. */
  readonly fields: readonly Field[]
  /** Where the bytes begin. */
  readonly fixedBytes: number
  /** The most bytes of the whole. */
  readonly maxBytes: number
}

/** A field and its place; `at` counts from the struct's own offset. */
export type Field =
  | { readonly kind: typeof PAIR; readonly key: string; readonly codec: PairCodec<unknown>; readonly at: number }
  | { readonly kind: typeof WORD; readonly key: string; readonly codec: WordCodec<unknown>; readonly at: number }
  /** Here `at` is the place of its length, or `NO_LENGTH` for the last one, which takes what is left. */
  | { readonly kind: typeof BYTES; readonly key: string; readonly codec: Codec<unknown>; readonly at: number }

/** Field of two words. */
export const PAIR = 2
/** Field of one word. */
export const WORD = 1
/** Field of bytes. */
const BYTES = 0
/** Stands for the place of a length that nobody needs. */
export const NO_LENGTH = -1

/** Lays out the fields of a struct. */
export function layOut(codecs: Readonly<Record<string, Codec<unknown>>>): StructLayout {
  const entries = Object.entries(codecs)
  const kinds = entries.map(([, { words }]) => words ?? BYTES)
  const lastOfBytes = kinds.lastIndexOf(BYTES)
  let nextPair = 0
  let nextWord = 8 * kinds.filter((kind) => kind === PAIR).length
  const fields = entries.map(([key, codec], index) => {
    if (codec.words === PAIR) nextPair += 8
    else if (index !== lastOfBytes) nextWord += 4
    const at = codec.words === PAIR ? nextPair - 8 : index === lastOfBytes ? NO_LENGTH : nextWord - 4
    return { kind: kinds[index], key, codec, at } as Field
  })
  const maxBytes = fields
    .filter(({ kind }) => kind === BYTES)
    .reduce((end, { codec }) => roundUp(end) + codec.maxBytes, nextWord)
  return { fields, fixedBytes: nextWord, maxBytes }
}

/** The next multiple of 8; right beyond 2³¹ too. */
export function roundUp(offset: number): number {
  return offset + (-offset & 7)
}
