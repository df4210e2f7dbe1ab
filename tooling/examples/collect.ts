import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One block of code in the documentation. */
export interface Example {
  /** Where it is written: a path from the root of the package. */
  readonly file: string
  /** The line its code begins on, counted from 1. */
  readonly line: number
  /** What its first line calls it, as in `// tasks.ts`. */
  readonly name: string | undefined
  readonly code: string
  /** The files other examples beside it are written to, by name. */
  readonly beside: ReadonlyMap<string, string>
  /** The import of the package's own exports that a docstring leaves to its reader; empty in a README. */
  readonly imports: string
}

interface Block {
  readonly line: number
  readonly code: string
}

/**
 * Every example of a package, or of another folder with documents: the fenced `ts` blocks of its Markdown, then those
 * of its docstrings.
 *
 * A block another one imports by its name is no example by itself; it is written beside the one that imports it.
 */
export function collectExamples(packageDir: string): Example[] {
  const documents = globSync('*.md', { cwd: packageDir, exclude: ['CHANGELOG.md'] }).sort()
  const sources = globSync('src/**/*.ts', { cwd: packageDir }).sort()
  const importsFor = ownImports(packageDir)
  const read = (file: string) => readFileSync(join(packageDir, file), 'utf8')
  return [
    ...documents.flatMap((file) => fromBlocks(file, fences(read(file)), () => '')),
    ...sources.flatMap((file) => fromBlocks(file, docstringExamples(read(file)), importsFor)),
  ]
}

function fromBlocks(file: string, blocks: readonly Block[], importsFor: (code: string) => string): Example[] {
  const named = blocks.map((block) => ({ ...block, name: /^\/\/ ([\w.-]+\.ts)\s*\n/.exec(block.code)?.[1] }))
  const isImported = (name: string) => named.some((block) => block.name !== name && block.code.includes(`./${name}`))
  return named.flatMap(({ line, code, name }, index) => {
    if (name !== undefined && isImported(name)) return []
    const beside = new Map<string, string>()
    // The nearest block above wins over those below, so that two sections may both have their `tasks.ts`.
    for (const other of [...named.slice(index).reverse(), ...named.slice(0, index)])
      if (other.name !== undefined && other.name !== name) beside.set(other.name, other.code)
    return [{ file, line, name, code, beside, imports: importsFor(code) }]
  })
}

function fences(markdown: string, firstLine = 1): Block[] {
  const blocks: Block[] = []
  let open: { line: number; code: string[] } | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    if (open === undefined) {
      if (/^```ts\s*$/.test(text)) open = { line: firstLine + index + 1, code: [] }
    } else if (/^```\s*$/.test(text)) {
      blocks.push({ line: open.line, code: `${open.code.join('\n')}\n` })
      open = undefined
    } else open.code.push(text)
  }
  if (open !== undefined) throw new Error(`The block of line ${open.line} has no end.`)
  return blocks
}

function docstringExamples(source: string): Block[] {
  return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((docstring) => {
    const firstLine = source.slice(0, docstring.index).split('\n').length
    const lines = docstring[0].split('\n').map((text) => text.replace(/^\s*\*\/?\s?/, '').replace(/\*\/$/, ''))
    return lines.flatMap((text, index) => {
      if (!/^@example\b/.test(text)) return []
      const next = lines.findIndex((later, at) => at > index && /^@[a-z]/.test(later))
      const body = lines.slice(index + 1, next === -1 ? lines.length : next).join('\n')
      const line = firstLine + index + 1
      return body.includes('```') ? fences(body, line) : [{ line, code: `${body.trimEnd()}\n` }]
    })
  })
}

/** Writes the import line for the exports of the package that a piece of code mentions and does not declare. */
function ownImports(packageDir: string): (code: string) => string {
  const index = join(packageDir, 'src/index.ts')
  if (!existsSync(index)) return () => ''
  const { name } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as { name: string }
  const exported = exportsOf(index)
  return (code) => {
    if (/^import\s/m.test(code)) return ''
    const mentioned = [...exported].filter(
      ([word]) => new RegExp(`(?<![.\\w$])${word}\\b`).test(code) && !declares(code, word),
    )
    if (mentioned.length === 0) return ''
    return `import { ${mentioned.map(([word, isType]) => (isType ? `type ${word}` : word)).join(', ')} } from '${name}'`
  }
}

function declares(code: string, word: string): boolean {
  return new RegExp(`\\b(const|let|var|using|function|class|type|interface)\\s+${word}\\b`).test(code)
}

/** The names a module exports, and whether each is only a type. */
function exportsOf(file: string): Map<string, boolean> {
  const source = readFileSync(file, 'utf8')
  const names = new Map<string, boolean>()
  for (const [, all, list] of source.matchAll(/^export( type)? \{([^}]*)\}/gm))
    for (const item of (list ?? '').split(',').map((text) => text.trim()))
      if (item !== '') names.set(item.replace(/^type /, '').replace(/^.* as /, ''), !!all || item.startsWith('type '))
  for (const [, kind, word] of source.matchAll(/^export (?:declare |abstract |async )*(\w+)\*? (\w+)/gm))
    if (kind && word && kind !== 'type') names.set(word, kind === 'interface')
    else if (word) names.set(word, true)
  for (const [, alias, from] of source.matchAll(/^export \*(?: as (\w+))? from '(\.[^']+)'/gm)) {
    if (alias) names.set(alias, false)
    else for (const [word, isType] of exportsOf(join(dirname(file), from ?? ''))) names.set(word, isType)
  }
  for (const [, alias] of source.matchAll(/^export \* as (\w+) from '[^.]/gm)) names.set(alias ?? '', false)
  return names
}
