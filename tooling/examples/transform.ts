import { parseAst } from 'vitest/node'

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
}

interface Declaration extends Node {
  readonly declarations: readonly { readonly id: Node & { readonly name?: string } }[]
}

/**
 * Turns the sentences `statement // => what comes out` of an example into checks, each on the line it stands on.
 *
 * A sentence belongs to the outermost statement that ends where it stands, or above it if it has a line to itself.
 *
 *     expression // => value              deep and strict equality
 *     const x = expression // => value    the same for x
 *     expression // => throws RangeError  or rejects; also `RangeError: part of the message`, or `{ code: 'closed' }`
 *     console.log(x) // => text           what is printed; for other statements the printed lines, joined by commas
 */
export function transform(code: string, placeOf: (line: number) => string): { code: string; places: string[] } {
  const body = parseAst(code, { lang: 'ts' }) as unknown as Node
  const statements: Node[] = []
  visit(body, statements)
  const places: string[] = []
  const edits: { start: number; end: number; text: string }[] = []
  for (const sentence of code.matchAll(/\/\/ => ?(.*)$/gm)) {
    const place = placeOf(code.slice(0, sentence.index).split('\n').length)
    const statement = endingAt(statements, code.slice(0, sentence.index).trimEnd().length)
    if (statement === undefined) throw new Error(`${place}: no statement ends before this sentence`)
    if (edits.some(({ start, end }) => statement.start < end && start < statement.end))
      throw new Error(`${place}: a sentence inside another one's statement`)
    const check = checkOf(statement, code, (sentence[1] ?? '').trim(), place)
    edits.push({ start: statement.start, end: statement.end, text: check })
    places.push(place)
  }
  const transformed = edits
    .sort((a, b) => b.start - a.start)
    .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), code)
  return { code: transformed, places }
}

function checkOf(statement: Node, code: string, sentence: string, place: string): string {
  const text = code.slice(statement.start, statement.end).replace(/;$/, '')
  const isExpression = statement.type === 'ExpressionStatement'
  const at = JSON.stringify(place)
  const failure = /^(throws|rejects)\b(?: (.*))?$/.exec(sentence)
  if (failure !== null) {
    const waits = /\bawait\b/.test(text)
    const verb = waits || failure[1] === 'rejects' ? 'await example$.rejects' : 'example$.throws'
    const call = `${waits ? 'async ' : ''}() => ${isExpression ? `(${text})` : `{ ${text} }`}`
    return `;${verb}(${call}, ${errorIn(failure[2]?.trim() ?? '', place)}, ${at})`
  }
  if (statement.type === 'VariableDeclaration') {
    const name = (statement as Declaration).declarations.at(-1)?.id.name
    if (name === undefined) throw new Error(`${place}: a sentence needs one name to speak of`)
    return `${text}; example$.equal(${name}, ${valueIn(sentence, place)}, ${at})`
  }
  if (isExpression && !text.startsWith('console.log('))
    return `;example$.equal(${text}, ${valueIn(sentence, place)}, ${at})`
  return `{ const mark$ = example$.mark(); ${text}; example$.prints(mark$, ${JSON.stringify(sentence)}, ${at}) }`
}

function errorIn(sentence: string, place: string): string {
  const named = /^([A-Z]\w*)(?::? (.+))?$/.exec(sentence)
  if (sentence === '') return '{}'
  if (named === null) return `{ value: ${valueIn(sentence, place)} }`
  return JSON.stringify({ name: named[1], message: named[2]?.replace(/^(['"])(.*)\1$/, '$2') })
}

function valueIn(sentence: string, place: string): string {
  const isOneValue = () => {
    const [statement] = parseAst(`(${sentence})`).body
    return statement?.type === 'ExpressionStatement' && innermost(statement.expression).type !== 'SequenceExpression'
  }
  try {
    if (isOneValue()) return `(${sentence})`
  } catch {}
  throw new Error(`${place}: "${sentence}" is not a value`)
}

function innermost(node: { type: string; expression?: unknown }): { type: string } {
  return node.type === 'ParenthesizedExpression' ? innermost(node.expression as typeof node) : node
}

function endingAt(statements: readonly Node[], end: number): Node | undefined {
  return statements.filter((node) => node.end === end).sort((a, b) => a.start - b.start)[0]
}

function visit(value: unknown, statements: Node[]): void {
  if (typeof value !== 'object' || value === null) return
  const { type } = value as Partial<Node>
  if (type !== undefined && /Statement$|^VariableDeclaration$/.test(type)) statements.push(value as Node)
  for (const child of Object.values(value)) visit(child, statements)
}
