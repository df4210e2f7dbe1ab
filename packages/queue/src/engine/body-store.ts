import type { Body } from '../api.ts'

/** Short bodies are put together in pieces of memory of so many bytes … */
const SLAB_BYTES = 2 ** 12
/** … if they are no longer than this. */
const SHORT_BYTES = 2 ** 9

/** Where a body is in memory. */
export interface StoredBody {
  /** Undefined if it is not in memory. */
  readonly body: Uint8Array | undefined
  /** Where it begins there. */
  readonly start: number
  readonly length: number
}

const encoder = new TextEncoder()
let slab = newSlab()
let used = 0

/**
 * Copies a body, which is the sender's; a text becomes UTF-8.
 *
 * A piece of memory of its own costs more than a short body has bytes; so short ones share one, which is free again when none of them is needed.
 */
export function store(body: Body): StoredBody {
  if (typeof body === 'string') return storeText(body)
  const { length } = body
  if (length > SHORT_BYTES) return { body: new Uint8Array(body), start: 0, length } // Not slice(): that of a Buffer is a view.
  const start = room(length)
  slab.set(body, start)
  used = start + length
  return { body: slab, start, length }
}

/** A copy of it. */
export function copyOf({ body, start, length }: StoredBody): Uint8Array {
  return (body as Uint8Array).slice(start, start + length)
}

/** The body itself, which nobody may change; undefined if it is not in memory. */
export function viewOf({ body, start, length }: StoredBody): Uint8Array | undefined {
  return body?.subarray(start, start + length)
}

function storeText(text: string): StoredBody {
  if (3 * text.length > SHORT_BYTES) {
    const body = encoder.encode(text)
    return { body, start: 0, length: body.length }
  }
  const start = room(3 * text.length)
  const { written } = encoder.encodeInto(text, slab.subarray(start))
  used = start + written
  return { body: slab, start, length: written }
}

function room(length: number): number {
  if (used + length <= SLAB_BYTES) return used
  slab = newSlab()
  return 0
}

/** With anything in it: nobody reads what was not written. */
function newSlab(): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(SLAB_BYTES).buffer)
}
