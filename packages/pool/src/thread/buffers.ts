/**
 * Sends Node's Buffers as what they are, and views without the memory around them. A structured clone turns Buffers into
 * Uint8Arrays, and takes along all of the memory that a view lies in: 64 KiB of slab for a small Buffer.
 *
 * Looked at are the values themselves and what lies directly in an array or plain object among them; what lies deeper
 * is cloned as Node does. Views of shared memory stay shared, and those that are transferred are moved.
 */
import { Buffer } from 'node:buffer'

/** Where Buffers were: in `values[i]`, or in `values[i][key]`. */
export type BufferPlaces = readonly (number | readonly [number, string | number])[]

/** Values made ready for postMessage. */
export interface Packed<V extends readonly unknown[]> {
  readonly values: V
  readonly buffers: BufferPlaces | undefined
}

/** Replaces views of a part of their memory by tight copies and notes where Buffers were; leaves what the caller holds untouched. */
export function pack<V extends readonly unknown[]>(values: V, transfer: readonly unknown[] | undefined): Packed<V> {
  let packed: unknown[] | undefined
  const copies = new Copies(transfer)
  const places: (number | readonly [number, string | number])[] = []
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== 'object' || value === null) continue
    const replaced = ArrayBuffer.isView(value) ? copies.of(value) : packInside(value, i, copies, places)
    if (Buffer.isBuffer(value)) places.push(i)
    if (replaced === value) continue
    packed ??= [...values]
    packed[i] = replaced
  }
  // Each value was replaced by its own packed form, so the tuple keeps its shape.
  return { values: (packed ?? values) as V, buffers: places.length > 0 ? places : undefined }
}

/** Makes the Buffers of received values Buffers again, in place. */
export function unpack<V extends readonly unknown[]>(values: V, buffers: BufferPlaces | undefined): V {
  if (buffers === undefined) return values
  for (const place of buffers) {
    if (typeof place === 'number') restore(values, place)
    else restore(values[place[0]], place[1])
  }
  return values
}

function packInside(
  value: object,
  index: number,
  copies: Copies,
  places: (number | readonly [number, string | number])[],
): object {
  const isArray = Array.isArray(value)
  if (!isArray && !isPlain(value)) return value
  let copy: Record<string | number, unknown> | undefined
  const visit = (key: string | number, inner: unknown): void => {
    if (typeof inner !== 'object' || inner === null || !ArrayBuffer.isView(inner)) return
    if (Buffer.isBuffer(inner)) places.push([index, key])
    const replaced = copies.of(inner)
    if (replaced === inner) return
    copy ??= (isArray ? value.slice() : { ...value }) as Record<string | number, unknown>
    copy[key] = replaced
  }
  if (isArray) for (let i = 0; i < value.length; i++) visit(i, value[i])
  else for (const [key, inner] of Object.entries(value)) visit(key, inner)
  return copy ?? value
}

/** Tight copies of views: of the same view, the same. */
class Copies {
  readonly #transfer: readonly unknown[] | undefined
  #made: Map<ArrayBufferView, ArrayBufferView> | undefined

  constructor(transfer: readonly unknown[] | undefined) {
    this.#transfer = transfer
  }

  of(view: ArrayBufferView): ArrayBufferView {
    const made = this.#made?.get(view)
    if (made !== undefined) return made
    const copy = tight(view, this.#transfer)
    if (copy !== view) {
      this.#made ??= new Map()
      this.#made.set(view, copy)
    }
    return copy
  }
}

function tight(view: ArrayBufferView, transfer: readonly unknown[] | undefined): ArrayBufferView {
  const memory = view.buffer
  const isWhole = view.byteLength === memory.byteLength
  if (isWhole || !(memory instanceof ArrayBuffer) || memory.resizable || transfer?.includes(memory)) return view
  if (Buffer.isBuffer(view)) return new Uint8Array(view)
  const copy = memory.slice(view.byteOffset, view.byteOffset + view.byteLength)
  if (view instanceof DataView) return new DataView(copy)
  const Kind = kinds.get(Object.prototype.toString.call(view).slice(8, -1))
  return Kind === undefined ? view : new Kind(copy)
}

type ViewConstructor = new (memory: ArrayBuffer) => ArrayBufferView

const kinds = new Map<string, ViewConstructor>(
  [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    // From Node 24 on.
    Reflect.get(globalThis, 'Float16Array') as ViewConstructor | undefined,
  ]
    .filter((Kind) => Kind !== undefined)
    .map((Kind) => [Kind.name, Kind]),
)

function restore(holder: unknown, key: string | number): void {
  const slot = holder as Record<string | number, unknown>
  const bytes = slot[key]
  if (bytes instanceof Uint8Array) slot[key] = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
