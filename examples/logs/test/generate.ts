/**
 * Writes log files as a web server does: `node test/generate.ts <folder> [megabytes] [files] [seed]`, 200 MB in 16 by
 * default. Every fourth file is compressed; its bytes count as they are before that. The same seed gives the same bytes.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { randomFrom } from '../../../tooling/testing/random.ts'

/** What is written. */
export interface LogFolder {
  readonly bytes: number
  readonly files: number
  readonly seed: number
  /** Every so many-th file is compressed; 0: none is. */
  readonly gzipEvery?: number
}

/** Writes the files into a folder that is made if it is not there. */
export function generate(folder: string, { bytes, files, seed, gzipEvery = 4 }: LogFolder): void {
  mkdirSync(folder, { recursive: true })
  const next = randomFrom(seed)
  for (let i = 0; i < files; i++) {
    const text = logText(Math.ceil(bytes / files), next)
    const isCompressed = gzipEvery > 0 && i % gzipEvery === gzipEvery - 1
    const path = join(folder, `access-${String(i).padStart(3, '0')}.log${isCompressed ? '.gz' : ''}`)
    writeFileSync(path, isCompressed ? gzipSync(text, { level: 1 }) : text)
  }
}

const METHODS = ['GET', 'GET', 'GET', 'GET', 'POST', 'HEAD', 'PUT']
const STATUSES = [200, 200, 200, 200, 200, 204, 206, 301, 302, 304, 304, 400, 403, 404, 404, 499, 500, 502, 101]
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148',
  'curl/8.14.1',
  String.raw`odd \"quoted\" agent`,
]

function logText(bytes: number, next: () => number): Buffer {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T
  const lines: string[] = []
  for (let length = 0; length < bytes; length += lines.at(-1)?.length ?? 0) {
    const day = String(1 + Math.floor(next() * 28)).padStart(2, '0')
    const address = `10.${Math.floor(next() * 256)}.${Math.floor(next() * 256)}.7`
    const head = `${address} - ${next() < 0.05 ? 'frank' : '-'} [${day}/Oct/2026:13:55:36 +0200]`
    const status = pick(STATUSES)
    const size = status === 304 || status === 204 ? '-' : String(Math.floor(2 ** (next() * 24)))
    const sort = next()
    if (sort < 0.002) lines.push('no line of any format\n')
    else if (sort < 0.004) lines.push(`${head} "\\x16\\x03\\x01" 400 ${size} "-" "-"\n`)
    else {
      const request = `${pick(METHODS)} ${pathOf(next)} HTTP/1.1`
      const combined = next() < 0.8 ? ` "https://example.com/" "${pick(AGENTS)}"` : ''
      lines.push(`${head} "${request}" ${status} ${size}${combined}${next() < 0.01 ? '\r' : ''}\n`)
    }
  }
  return Buffer.from(lines.join(''), 'latin1')
}

/** Few paths are frequent and many are rare. */
function pathOf(next: () => number): string {
  const rank = Math.floor(2 ** (next() * 14))
  const path = rank < 8 ? `/pages/${rank}.html` : `/shop/category-${rank % 97}/product/${rank}/details.html`
  return next() < 0.3 ? `${path}?session=${Math.floor(next() * 1e9)}&page=2` : path
}

if (import.meta.main) {
  const [folder, megabytes = '200', files = '16', seed = '1'] = process.argv.slice(2)
  if (folder === undefined) throw new TypeError('folder: expected the path of one')
  generate(folder, { bytes: Number(megabytes) * 1e6, files: Number(files), seed: Number(seed) })
}
