/** What is in a message of the bench. */
export interface Stamp {
  readonly producer: number
  readonly number: number
  readonly startMs: number
}

/** The least size of a message: a stamp. */
export const STAMP_BYTES = 20

/** A body that says where it comes from. */
export function stamp(sizeBytes: number, { producer, number, startMs }: Stamp): Buffer {
  const body = Buffer.alloc(sizeBytes, 'millrace ')
  body.writeUInt32LE(producer, 0)
  body.writeDoubleLE(number, 4)
  body.writeDoubleLE(startMs, 12)
  return body
}

/** What it says. */
export function stampOf(body: Uint8Array): Stamp {
  const { buffer, byteOffset, byteLength } = body
  const view = new DataView(buffer, byteOffset, byteLength)
  return { producer: view.getUint32(0, true), number: view.getFloat64(4, true), startMs: view.getFloat64(12, true) }
}

const SENT = 1
const ARRIVED = 2

/** Which messages were sent, and which came: two bits for each, so that none is counted twice and none is missed. */
export class Arrivals {
  readonly #marks: Uint8Array[]
  readonly #next: number[]
  #sent = 0
  #arrived = 0
  #missing = 0
  #repeated = 0
  #foreign = 0

  constructor(producers: number) {
    this.#marks = Array.from({ length: producers }, () => new Uint8Array(1024))
    this.#next = Array.from({ length: producers }, () => 0)
  }

  /** Messages whose sending was answered. */
  get sentCount(): number {
    return this.#sent
  }

  /** Messages that came, each counted once. */
  get arrivedCount(): number {
    return this.#arrived
  }

  /** Messages whose sending was answered, and that have not come. */
  get missing(): number {
    return this.#missing
  }

  /** Deliveries of messages that had come before. */
  get repeated(): number {
    return this.#repeated
  }

  /** Messages that nobody here has sent. */
  get foreign(): number {
    return this.#foreign
  }

  /** The number of the next message of a producer. */
  next(producer: number): number {
    const number = this.#next[producer] ?? 0
    this.#next[producer] = number + 1
    const marks = this.#marks[producer]
    if (marks !== undefined && number >= marks.length) {
      const larger = new Uint8Array(marks.length * 2)
      larger.set(marks)
      this.#marks[producer] = larger
    }
    return number
  }

  sent(producer: number, number: number): void {
    this.#sent++
    // It may have come before the answer did.
    if (!this.#mark(producer, number, SENT, ARRIVED)) this.#missing++
  }

  arrived(producer: number, number: number): void {
    const marks = this.#marks[producer]
    if (marks === undefined || !(number < (this.#next[producer] ?? 0))) {
      this.#foreign++
    } else if (((marks[number] ?? 0) & ARRIVED) !== 0) {
      this.#repeated++
    } else {
      this.#arrived++
      if (this.#mark(producer, number, ARRIVED, SENT)) this.#missing--
    }
  }

  /** Whether the other mark was there. */
  #mark(producer: number, number: number, mark: number, other: number): boolean {
    const marks = this.#marks[producer] as Uint8Array
    const before = marks[number] ?? 0
    marks[number] = before | mark
    return (before & other) !== 0
  }
}
