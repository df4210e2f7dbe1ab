/**
 * The manifest of a store: what the folder held, one JSON record a line, in the order of the walk.
 *
 *     {"format":"millrace-pack","version":1,"chunk":4194304,"hash":"sha256","compression":"zstd"}
 *     {"type":"directory","path":".","mode":"0755","mtime":1763683773000000}
 *     {"type":"file","path":"a.txt","mode":"0644","mtime":1763683773000000,"size":3,"chunks":["9834876d…"]}
 *     {"type":"link","path64":"/w==","mtime":1763683773000000,"target":"a.txt"}
 *     {"end":true,"files":1,"directories":1,"links":1,"bytes":3}
 *
 * Bytes that are not UTF-8 stand in base64 in `path64` and `target64`, times beyond 2^53 microseconds as decimal strings. Nothing in it depends on when or how the run
 * went, so an unchanged folder gives the same bytes again.
 *
 * INVARIANT  reading trusts nothing: every field is checked, a path never leaves the folder, and the directory of an entry
 *            comes before it. Without the last line a manifest is cut short and refused.
 */
import type { FileHandle } from 'node:fs/promises'
import { CHUNK, chunkCount, type Entry, type Owner, SET_IDS } from './api.ts'
import { PackError, reasonOf, systemCode } from './errors.ts'
import { type BytePath, bytePath, fsPath, latin1, printableText, textOf } from './names.ts'
import { WalkOrder } from './order.ts'
import { openRegular } from './regular.ts'

/** What a manifest lists, in numbers. */
export interface Totals {
  files: number
  directories: number
  links: number
  /** The sizes of the files, added up. */
  bytes: number
}

/** An entry as the manifest holds it: a file comes with the names of its chunks. */
export type Listed = Entry & { readonly chunks: readonly string[] }

const HEADER = { format: 'millrace-pack', version: 1, chunk: CHUNK, hash: 'sha256', compression: 'zstd' }
/** No line is longer: none is written, and none is read. */
export const LINE_BYTES_MAX: number = 64 * 1024 * 1024
/** What one more chunk adds to a line: its name, two quotes and a comma. */
const CHUNK_NAME_BYTES = 67
const BLOCK_BYTES = 64 * 1024
const hashName = /^[0-9a-f]{64}$/
const decimal = /^-?[0-9]{1,25}$/

/** The first line. */
export function headerLine(): string {
  return line(HEADER)
}

/** The line of one entry. */
export function entryLine(entry: Entry, chunks: readonly string[]): string {
  const { type } = entry
  const mtime = spellTime(entry.mtimeUs)
  const path = spell('path', entry.path)
  if (type === 'link') return line({ type, ...path, mtime, ...spell('target', entry.target) })
  const mode = entry.mode.toString(8).padStart(4, '0')
  return type === 'directory'
    ? line({ type, ...path, mode, ...entry.owner, mtime })
    : line({ type, ...path, mode, ...entry.owner, mtime, size: entry.size, chunks })
}

/** How long the line of an entry is, which is known before the names of its chunks are. */
export function lineBytes(entry: Entry): number {
  const chunks = entry.type === 'file' ? chunkCount(entry.size) : 0
  return Buffer.byteLength(entryLine(entry, [])) + Math.max(0, chunks * CHUNK_NAME_BYTES - 1)
}

/** The last line. */
export function trailerLine(totals: Totals): string {
  return line({ end: true, ...totals })
}

/** Counts an entry in. */
export function count(totals: Totals, entry: Entry): void {
  if (entry.type === 'directory') totals.directories++
  else if (entry.type === 'link') totals.links++
  else {
    totals.files++
    totals.bytes += entry.size
  }
}

/** Nothing counted yet. */
export function noTotals(): Totals {
  return { files: 0, directories: 0, links: 0, bytes: 0 }
}

/**
 * A manifest opened for reading. It can be read several times and stays the same, also if a packer puts another one in
 * its place meanwhile.
 */
export class Manifest implements AsyncDisposable {
  readonly #path: string
  readonly #file: FileHandle

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /** Opens the manifest at `path`. Throws `PackError`, code `manifest`, if it cannot be opened. */
  static async open(path: string): Promise<Manifest> {
    try {
      const file = await openRegular(path)
      if (file !== undefined) return new Manifest(path, file)
    } catch (error) {
      const reason = systemCode(error) === 'ENOENT' ? 'the store holds no complete pack yet' : reasonOf(error)
      throw new PackError('manifest', `cannot read ${printableText(path)}: ${reason}`, { cause: error })
    }
    throw new PackError('manifest', `cannot read ${printableText(path)}: it is not a regular file`)
  }

  /** Its entries. Throws `PackError`, code `manifest`, naming the line, for anything that does not belong. */
  async *entries(): AsyncGenerator<Listed, void, undefined> {
    const totals = noTotals()
    const order = new WalkOrder<Listed>()
    const path = printableText(this.#path)
    let number = 0
    let isEnded = false
    for await (const text of lines(this.#file, path)) {
      number++
      const record = parse(text, path, number)
      if (isEnded) throw invalid(path, number, 'follows the last line')
      if (number === 1) checkHeader(record, path)
      else if (record['end'] === true) {
        isEnded = true
        checkTotals(record, totals, path, number)
      } else {
        const entry = entryOf(record, path, number)
        if (!order.accepts(entry)) throw invalid(path, number, 'is not where the walk of a folder would have it')
        order.next(entry)
        count(totals, entry)
        yield entry
      }
    }
    if (!isEnded) throw new PackError('manifest', `${path} is cut short: its last line is missing`)
  }

  /** Closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
  }
}

function line(record: object): string {
  return `${JSON.stringify(record)}\n`
}

function spell(key: string, path: BytePath): Record<string, string> {
  const text = textOf(path)
  return text === undefined ? { [`${key}64`]: fsPath(path).toString('base64') } : { [key]: text }
}

function spellTime(mtimeUs: bigint): number | string {
  const number = Number(mtimeUs)
  return Number.isSafeInteger(number) ? number : String(mtimeUs)
}

function timeOf(mtime: unknown): bigint | undefined {
  if (Number.isSafeInteger(mtime)) return BigInt(Number(mtime))
  return typeof mtime === 'string' && decimal.test(mtime) ? BigInt(mtime) : undefined
}

async function* lines(file: FileHandle, path: string): AsyncGenerator<string, void, undefined> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES)
  let position = 0
  let rest: Buffer[] = []
  let restLength = 0
  for (;;) {
    const { bytesRead } = await file.read(block, 0, block.length, position)
    if (bytesRead === 0) break
    position += bytesRead
    let start = 0
    for (let end = block.indexOf(10); end >= 0 && end < bytesRead; end = block.indexOf(10, start)) {
      yield Buffer.concat([...rest, block.subarray(start, end)]).toString()
      rest = []
      restLength = 0
      start = end + 1
    }
    rest.push(Buffer.from(block.subarray(start, bytesRead)))
    restLength += bytesRead - start
    if (restLength > LINE_BYTES_MAX) throw new PackError('manifest', `${path} has a line of more than 64 MiB`)
  }
  if (restLength > 0) yield Buffer.concat(rest).toString()
}

function parse(text: string, path: string, number: number): Record<string, unknown> {
  try {
    const record: unknown = JSON.parse(text)
    // A parsed JSON object is a record of unknown values, whatever its keys are.
    if (typeof record === 'object' && record !== null) return record as Record<string, unknown>
  } catch {}
  throw invalid(path, number, 'is not a JSON object')
}

function checkHeader(record: Record<string, unknown>, path: string): void {
  if (record['format'] !== HEADER.format) throw new PackError('manifest', `${path} is not a manifest of this program`)
  for (const [key, value] of Object.entries(HEADER)) {
    if (record[key] === value) continue
    throw new PackError('manifest', `${path} has ${key} ${JSON.stringify(record[key])}; this program reads ${value}`)
  }
}

function checkTotals(record: Record<string, unknown>, totals: Totals, path: string, number: number): void {
  for (const [key, value] of Object.entries(totals)) {
    if (record[key] !== value)
      throw invalid(path, number, `counts ${String(record[key])} ${key}, but ${value} are listed`)
  }
}

function entryOf(record: Record<string, unknown>, file: string, number: number): Listed {
  const refuse = (what: string): PackError => invalid(file, number, what)
  const path = spelled(record, 'path', refuse)
  if (!isInside(path)) throw refuse('has a path that leaves the folder')
  const mtimeUs = timeOf(record['mtime'])
  if (mtimeUs === undefined) throw refuse('has no whole mtime')
  const common = { path, mtimeUs, chunks: [] }
  if (record['type'] === 'link') return { type: 'link', ...common, target: spelled(record, 'target', refuse) }
  const octal = record['mode']
  if (typeof octal !== 'string' || !/^[0-7]{4}$/.test(octal)) throw refuse('has no mode of four octal digits')
  const mode = Number.parseInt(octal, 8)
  const rights = { mode, ...ownerOf(record, mode, refuse) }
  if (record['type'] === 'directory') return { type: 'directory', ...common, ...rights }
  if (record['type'] !== 'file') throw refuse(`has the unknown type ${JSON.stringify(record['type'])}`)
  const { size, chunks } = record
  if (!Number.isSafeInteger(size) || Number(size) < 0) throw refuse('has no size')
  if (!Array.isArray(chunks) || chunks.length !== chunkCount(Number(size)) || !chunks.every(isHash)) {
    throw refuse('has chunks that do not fit its size')
  }
  return { type: 'file', ...common, ...rights, size: Number(size), chunks }
}

function ownerOf(
  { uid, gid }: Record<string, unknown>,
  mode: number,
  refuse: (what: string) => PackError,
): { owner?: Owner } {
  if ((mode & SET_IDS) === 0) return {}
  if (!isId(uid) || !isId(gid)) throw refuse('has setuid or setgid and no uid and gid')
  return { owner: { uid, gid } }
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32
}

function spelled(record: Record<string, unknown>, key: string, refuse: (what: string) => PackError): BytePath {
  const text = record[key]
  const base64 = record[`${key}64`]
  if (typeof text === 'string' && base64 === undefined && !text.includes('\0')) return bytePath(text)
  if (typeof base64 === 'string' && text === undefined) {
    const path = latin1(Buffer.from(base64, 'base64').toString('latin1'))
    if (path.length > 0 && !path.includes('\0')) return path
  }
  throw refuse(`has no ${key}`)
}

function isInside(path: BytePath): boolean {
  return path === '.' || path.split('/').every((name) => name !== '' && name !== '.' && name !== '..')
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && hashName.test(value)
}

function invalid(path: string, number: number, what: string): PackError {
  return new PackError('manifest', `${path}: line ${number} ${what}`)
}
