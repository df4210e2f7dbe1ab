import { type Breach, lineOf, type Package, type SourceFile } from './tree.ts'

const MOST_LINES = 300
const EXPORT = 'export (?:declare |abstract |async )*(?:function\\*?|class|const|let|type|interface|namespace) (\\w+)'

// Written so that this file keeps the law it states.
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bTO(?:DO)\b|\bFIX(?:ME)\b/g, 'what is left to do belongs to an issue'],
  [/(?<![\w.~-])\/(?:work|root)\//g, 'a path of one machine'],
]

/** A file says one thing: at most 300 lines of code; blank lines and comments do not count. */
export function lengthBreaches(file: SourceFile): Breach[] {
  if (!file.path.endsWith('.ts')) return []
  const lines = file.code.split('\n').filter((line) => line.trim() !== '').length
  if (lines <= MOST_LINES) return []
  return [{ file: file.path, line: 1, law: 'length', sentence: `${lines} lines of code; split it at ${MOST_LINES}` }]
}

/** Words that must not be in the repository. */
export function wordBreaches(file: SourceFile): Breach[] {
  return WORDS.flatMap(([word, why]) =>
    [...file.text.matchAll(word)].map((match) => ({
      file: file.path,
      line: lineOf(file.text, match.index),
      law: 'words',
      sentence: `"${match[0]}": ${why}`,
    })),
  )
}

/** Every exported name of a published package has a docstring, and so has every member of an interface in `api.ts`. */
export function docstringBreaches(pkg: Package): Breach[] {
  if (!pkg.isPublished) return []
  return pkg.files
    .filter(({ path }) => path.startsWith(`${pkg.folder}/src/`) && path.endsWith('.ts'))
    .flatMap((file) => [...exportBreaches(file), ...(file.path.endsWith('/api.ts') ? memberBreaches(file) : [])])
}

function exportBreaches({ path, text, code }: SourceFile): Breach[] {
  const documented = documentedNames(text)
  const declarations = code.matchAll(new RegExp(`^${EXPORT}`, 'gm'))
  const lists = code.matchAll(/^export (?:type )?\{[^}]*\}(?! from)/gm)
  const breach = (position: number, sentence: string) => ({
    file: path,
    line: lineOf(code, position),
    law: 'docstrings',
    sentence,
  })
  return [
    ...[...declarations]
      .filter(([, name]) => !documented.has(name ?? ''))
      .map(({ index, 1: name }) => breach(index, `${name} is exported without a docstring`)),
    ...[...lists]
      .filter(([list]) => !/\{\s*\}/.test(list))
      .map(({ index }) => breach(index, 'export a name where it is declared and documented')),
  ]
}

// By name, so that the first of several overloads speaks for all.
function documentedNames(text: string): Set<string> {
  const names = text.matchAll(new RegExp(`\\*/\\n(?://.*\\n)*${EXPORT}`, 'g'))
  return new Set([...names].map(([, name]) => name ?? ''))
}

function memberBreaches({ path, text }: SourceFile): Breach[] {
  return [...text.matchAll(/^export interface (\w+)[^\n]*\{\n([\s\S]*?)^\}/gm)].flatMap((found) => {
    const lines = found[0].split('\n')
    return lines.flatMap((line, index) => {
      const member = /^ {2}(?:readonly )?([\w[(<][^(:?<]*)/.exec(line)?.[1]
      if (member === undefined || lines[index - 1]?.endsWith('*/')) return []
      const sentence = `${found[1]}.${member.trim()} has no docstring`
      return [{ file: path, line: lineOf(text, found.index) + index, law: 'docstrings', sentence }]
    })
  })
}
