import type { Value } from '../api.ts'
import { checkInteger, checkMax } from './check.ts'
import { ElementImages, type Elements, type Images } from './images.ts'
import type { Scratch } from './scratch.ts'

/** At most as many bytes of images are written before they are moved. */
const BATCH_BYTES = 8192
/** Bytes of the largest slot of words. */
const WORD_BYTES = 16

/** Where images go to, or come from: the kernel's calls on one ring. */
export interface Mover {
  /** Moves up to `count` images between the ring and this address; answers how many it moved. */
  move(at: number, count: number): number
}

/** What the values of one view become on their way, and where they lie meanwhile. */
export class Batches<T extends Value> {
  readonly images: Images<T>
  readonly #scratch: Scratch
  readonly #most: number

  constructor(images: Images<T>, scratch: Scratch, capacity: number) {
    this.images = images
    this.#scratch = scratch
    this.#most = batchOf(images.stride, capacity)
  }

  /** Pushes one value. */
  push(to: Mover, value: T): boolean {
    const at = this.#scratch.enter()
    try {
      this.images.write(value, at)
      return to.move(at, 1) > 0
    } finally {
      this.#scratch.leave()
    }
  }

  /** Pops one value. */
  pop(from: Mover): T | undefined {
    const at = this.#scratch.enter()
    try {
      return from.move(at, 1) > 0 ? this.images.read(at) : undefined
    } finally {
      this.#scratch.leave()
    }
  }

  /** Pushes `count` values from an index on, until one finds no room. */
  pushMany(to: Mover, values: readonly T[], from: number, count: number): number {
    const { images } = this
    const at = this.#scratch.enter()
    try {
      // A value that cannot be written has to be found before the first batch is moved.
      for (let i = this.#most; i < count; i += this.#most) {
        images.writeMany(values, from + i, Math.min(this.#most, count - i), at)
      }
      let done = 0
      while (done < count) {
        const most = Math.min(this.#most, count - done)
        images.writeMany(values, from + done, most, at)
        const moved = to.move(at, most)
        done += moved
        if (moved < most) break
      }
      return done
    } finally {
      this.#scratch.leave()
    }
  }

  /** Pops at most `max` values, until none is there. */
  popMany(from: Mover, max: number): T[] {
    checkMax(max)
    const at = this.#scratch.enter()
    const values: T[] = []
    try {
      while (values.length < max) {
        const most = Math.min(this.#most, max - values.length)
        const moved = from.move(at, most)
        this.images.readMany(values, moved, at)
        if (moved < most) break
      }
      return values
    } finally {
      this.#scratch.leave()
    }
  }

  /** Pushes the values that lie in an array from one to below another, until one finds no room. */
  pushFrom(to: Mover, array: Elements, from: number, end: number | undefined): number {
    const images = this.#elementsOf(array, false)
    const { elements } = images
    if (array.length % elements !== 0) {
      throw new RangeError(`array: expected a multiple of ${elements} bytes, got ${array.length}`)
    }
    const last = end ?? array.length / elements
    checkInteger('from', from, 0, array.length / elements)
    checkInteger('to', last, from, array.length / elements)
    const count = last - from
    const at = this.#scratch.enter()
    try {
      let done = 0
      while (done < count) {
        const most = Math.min(this.#most, count - done)
        images.writeFrom(array, (from + done) * elements, most, at)
        const moved = to.move(at, most)
        done += moved
        if (moved < most) break
      }
      return done
    } finally {
      this.#scratch.leave()
    }
  }

  /** Pops values into the elements of an array, as many as are there and fit. */
  popInto(from: Mover, array: Elements): number {
    const images = this.#elementsOf(array, true)
    const count = Math.floor(array.length / images.elements)
    const at = this.#scratch.enter()
    try {
      let done = 0
      while (done < count) {
        const most = Math.min(this.#most, count - done)
        const moved = from.move(at, most)
        images.readInto(array, done * images.elements, moved, at)
        done += moved
        if (moved < most) break
      }
      return done
    } finally {
      this.#scratch.leave()
    }
  }

  /** The images, as elements of such an array. Throws `TypeError` if they are none. */
  #elementsOf(array: Elements, toRead: boolean): ElementImages<T> {
    const { images } = this
    if (!(images instanceof ElementImages) || images.kind === undefined) {
      throw new TypeError('array: this ring has a codec whose values do not lie in typed arrays')
    }
    const kind = array?.[Symbol.toStringTag]
    // What is read into doubles keeps its value.
    if (kind !== images.kind && !(toRead && kind === 'Float64Array' && images.kind !== 'Uint8Array')) {
      throw new TypeError(`array: expected ${images.kind}, got ${kind ?? String(array)}`)
    }
    return images
  }
}

/** How many images of a size are moved at once. */
function batchOf(stride: number, capacity: number): number {
  return Math.max(1, Math.min(capacity, Math.floor(BATCH_BYTES / stride)))
}

/**
 * How many bytes of scratch a view needs for images of a size. Behind them there is room for one word or two: what is popped
 * past the batches does not wait for a codec that is at work on one.
 */
export function scratchBytes(stride: number, capacity: number): number {
  return batchOf(stride, capacity) * stride + WORD_BYTES
}

/** Where a view with scratch for images of a size pops a word or two by themselves. */
export function wordAt(scratch: Scratch): number {
  return scratch.end - WORD_BYTES
}
