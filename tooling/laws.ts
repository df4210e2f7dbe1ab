/** The laws of the house that the linter cannot express. Prints `file:line law: sentence` for each breach. */
import { join } from 'node:path'
import { importBreaches } from './laws/imports.ts'
import { docstringBreaches, lengthBreaches, wordBreaches } from './laws/text.ts'
import { type Breach, readPackages, readTree } from './laws/tree.ts'

/** Every breach in the repository at this root, in order of file and line. */
export function breaches(root: string): Breach[] {
  const files = readTree(root)
  const manifest = JSON.parse(files.find(({ path }) => path === 'package.json')?.text ?? '{}')
  const rootDependencies = new Set(Object.keys(manifest.devDependencies ?? {}))
  const packages = readPackages(root, files)
  return [
    ...packages.flatMap((pkg) => [...importBreaches(pkg, rootDependencies), ...docstringBreaches(pkg)]),
    ...files.flatMap((file) => [...lengthBreaches(file), ...wordBreaches(file)]),
  ].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))
}

if (import.meta.main) {
  const found = breaches(join(import.meta.dirname, '..'))
  for (const { file, line, law, sentence } of found) console.error(`${file}:${line} ${law}: ${sentence}`)
  if (found.length > 0) process.exitCode = 1
}
