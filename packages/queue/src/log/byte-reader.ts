/** Reads what a `ByteWriter` wrote. Throws `RangeError` beyond the end. */
export class ByteReader {
  readonly #bytes: Buffer
  #at: number
  readonly #end: number

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  /** Where it has come to. */
  get at(): number {
    return this.#at
  }

  get left(): number {
    return this.#end - this.#at
  }

  u8(): number {
    return this.#bytes[this.skip(1)] as number
  }

  count(): number {
    let value = 0
    for (let unit = 1; ; unit *= 128) {
      const byte = this.u8()
      if (byte < 128) return value + byte * unit
      value += (byte - 128) * unit
    }
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.skip(4))
  }

  f64(): number {
    return this.#bytes.readDoubleLE(this.skip(8))
  }

  text(): string {
    const length = this.count()
    const start = this.skip(length)
    return this.#bytes.toString('utf8', start, start + length)
  }

  /** Passes over so many bytes, and tells where they begin. */
  skip(count: number): number {
    const start = this.#at
    if (start + count > this.#end) throw new RangeError('it ends too early')
    this.#at += count
    return start
  }
}
