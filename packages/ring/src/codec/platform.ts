/**
 * What Node's Buffer adds to the language, as functions of any `Uint8Array`, of shared memory too. Node documents them
 * for buffers only, so they are tried before they are used.
 */
export interface Platform {
  /** Copies all of `this` into the target, from a place on, whatever the alignment of the two. */
  copy(this: Uint8Array, target: Uint8Array, at: number): number
  /** Writes one byte a character and answers how many; cuts off what a character has above 255. */
  latin1Write(this: Uint8Array, text: string, offset: number, length: number): number
  /** Reads one character a byte. */
  latin1Slice(this: Uint8Array, from: number, to: number): string
  /** Writes UTF-8, whole characters only, and answers how many bytes. */
  utf8Write(this: Uint8Array, text: string, offset: number, length: number): number
  /** Reads UTF-8. */
  utf8Slice(this: Uint8Array, from: number, to: number): string
}

/** `undefined` where there is no Buffer, or only a stand-in. */
export const platform: Platform | undefined = find()

function find(): Platform | undefined {
  const { copy, latin1Write, latin1Slice, utf8Write, utf8Slice } =
    (globalThis as { Buffer?: { prototype: Platform } }).Buffer?.prototype ?? ({} as Platform)
  try {
    const [written, copied] = [new Uint8Array(8), new Uint8Array(8)]
    latin1Write.call(written, 'é', 1, 1)
    utf8Write.call(written, '€', 2, 4)
    copy.call(written, copied, 0)
    const isTrue = latin1Slice.call(copied, 1, 2) === 'é' && utf8Slice.call(copied, 2, 5) === '€'
    return isTrue ? { copy, latin1Write, latin1Slice, utf8Write, utf8Slice } : undefined
  } catch {
    return undefined
  }
}
