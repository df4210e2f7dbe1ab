/**
 * A word that tells layouts apart: two codecs of one name have the same, others almost surely not. 32-bit FNV-1a over
 * the UTF-16 units of the name (Fowler, Noll and Vo).
 *
 * @example
 * import { layoutHash, struct, u32 } from '@millrace/ring/codec'
 *
 * layoutHash(struct({ id: u32 })) === layoutHash('struct{id:u32}') // => true
 */
export function layoutHash(codec: { readonly name: string } | string): number {
  const name = typeof codec === 'string' ? codec : codec.name
  let hash = 0x811c9dc5 | 0
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash
}
