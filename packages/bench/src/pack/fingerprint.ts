import { hash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { manifestPath } from '@millrace/example-pack/src/store.ts'

/** What is in a store: two stores of the same folder have the same. */
export interface Fingerprint {
  /** SHA-256 of the manifest's bytes. */
  readonly manifest: string
  /** The names of all objects, sorted. */
  readonly objects: readonly string[]
  /** The sizes of all objects, added up. */
  readonly bytes: number
  /** Objects whose content has another hash than their name. */
  readonly damaged: readonly string[]
}

/** Reads a whole store. */
export async function fingerprint(store: string): Promise<Fingerprint> {
  const names: string[] = await readdir(join(store, 'objects'), { recursive: true })
  const objects = names.filter((name) => name.endsWith('.zst')).sort()
  const damaged: string[] = []
  let bytes = 0
  for (const name of objects) {
    const packed = await readFile(join(store, 'objects', name))
    bytes += packed.length
    const content = hash('sha256', zstdDecompressSync(packed))
    if (name !== `${content.slice(0, 2)}/${content.slice(2)}.zst`) damaged.push(name)
  }
  return { manifest: hash('sha256', await readFile(manifestPath(store))), objects, bytes, damaged }
}

/** How `found` is not as good as `expected`, in words; `undefined` if it is. Another size means another effort to compress. */
export function difference(found: Fingerprint, expected: Fingerprint): string | undefined {
  if (found.objects.length === 0) return 'the store holds no object'
  if (found.damaged.length > 0) return `${found.damaged.length} objects are damaged, the first is ${found.damaged[0]}`
  if (found.manifest !== expected.manifest) return 'the manifest differs from that of the first run'
  if (found.objects.join() !== expected.objects.join()) {
    return `${found.objects.length} objects, not the same as the ${expected.objects.length} of the first run`
  }
  if (Math.abs(found.bytes / expected.bytes - 1) < 0.01) return undefined
  return `${found.bytes} bytes of objects, ${expected.bytes} in the first run`
}
