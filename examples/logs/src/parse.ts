/** Bytes of a path; what is longer is cut there. */
const PATH_MAX = 2048

/** A request that a line tells of. */
export interface Request {
  readonly status: number
  readonly bytes: number
  /** Without its query; `-` if what was sent is no request of HTTP. Each character stands for one byte. */
  readonly path: string
}

// No part can end in two ways, so a line takes time in proportion to its length, whoever wrote it.
const LINE = /^\S+ \S+ [^[]*\[[^\]]*\] "([^"\\]*(?:\\.[^"\\]*)*)" (\d{3}) (\d{1,15}|-)(?=[ \r]|$)/
const REQUEST = /^[A-Z-]+ ([^ ?#]+)/

/** Reads a line of the common or combined format, also with a host before it; `undefined` if it is none. */
export function parseLine(line: string): Request | undefined {
  const found = LINE.exec(line)
  if (found === null) return undefined
  const [, request = '', status, bytes] = found
  const path = REQUEST.exec(request)?.[1] ?? '-'
  return {
    status: Number(status),
    bytes: bytes === '-' ? 0 : Number(bytes),
    path: path.slice(0, PATH_MAX),
  }
}
