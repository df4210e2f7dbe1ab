/** A new buffer has so many bytes. */
const FIRST_BYTES = 2 ** 14
/** A larger one is not kept, … */
const KEPT_BYTES = 2 ** 20
/** … nor more than so many. */
const MOST = 32

/** Buffers that are not in use. All who write share them, so that those who have nothing to write hold none. */
const spare: Buffer[] = []

/** A buffer of at least so many bytes, with anything in it. */
export function takeBuffer(bytes: number): Buffer {
  const last = spare.at(-1)
  if (last !== undefined && last.length >= bytes) return spare.pop() as Buffer
  return Buffer.allocUnsafeSlow(Math.max(bytes, FIRST_BYTES))
}

/** Gives a buffer back, or a part of it that begins where it does. The caller keeps nothing of it. */
export function giveBackBuffer({ buffer }: Buffer): void {
  if (buffer.byteLength >= FIRST_BYTES && buffer.byteLength <= KEPT_BYTES && spare.length < MOST)
    spare.push(Buffer.from(buffer))
}
