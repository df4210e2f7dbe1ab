import type { Value } from '../api.ts'
import type { Codec } from '../codec/api.ts'
import { checkCodec } from '../codec/check.ts'
import { codecOf } from '../codec/parse.ts'
import type { CodedHandle } from './api.ts'

/** The codec of a handle: the one given, or the built-in one of that name. Throws `TypeError` if it is another one, or none. */
export function codecFor<T extends Value>(handle: CodedHandle<string, T>, given: Codec<T> | undefined): Codec<T> {
  const name = handle?.codec
  if (typeof name !== 'string') throw new TypeError(`handle: expected that of a shared ring, got ${String(handle)}`)
  const codec = given ?? (codecOf(name) as Codec<T> | undefined)
  if (codec === undefined) throw new TypeError(`codec: ${name} is not built in; give it again to attach`)
  checkCodec('codec', codec)
  if (codec.name !== name) throw new TypeError(`codec: the ring carries ${name}, this codec is ${codec.name}`)
  return codec
}
