const LINE_END = 10

/** Cuts bytes into lines, all that are whole at a time. Throws for a line longer than `mostBytes`. */
export async function* linesOfStream(
  input: AsyncIterable<Uint8Array | string>,
  mostBytes: number,
): AsyncGenerator<Uint8Array[]> {
  let begun: Uint8Array[] = []
  let begunBytes = 0
  let number = 1
  for await (const data of input) {
    const chunk = Buffer.from(data)
    const lines: Uint8Array[] = []
    let from = 0
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, from)) {
      lines.push(Buffer.concat([...begun, chunk.subarray(from, end)]))
      begun = []
      begunBytes = 0
      from = end + 1
    }
    if (lines.length > 0) yield lines
    number += lines.length
    if (from === chunk.length) continue
    begun.push(chunk.subarray(from))
    begunBytes += chunk.length - from
    if (begunBytes > mostBytes) throw new Error(`line ${number} is longer than ${mostBytes} bytes; send it with --file`)
  }
  if (begunBytes > 0) yield [Buffer.concat(begun)]
}
