import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tokens } from './tokens.ts'

/** One breach of a law, where it can be seen. */
export interface Breach {
  readonly file: string
  readonly line: number
  readonly law: string
  readonly sentence: string
}

/** A text file of the repository. */
export interface SourceFile {
  /** Path from the root of the repository, with slashes. */
  readonly path: string
  readonly text: string
  /** The text with comments blanked out; lines and columns stay. */
  readonly code: string
  /** The code with what stands between quotes blanked out too. */
  readonly skeleton: string
}

/** A package of the workspace. */
export interface Package {
  readonly name: string
  /** Path of its folder from the root, as in `packages/ring`. */
  readonly folder: string
  readonly isPublished: boolean
  readonly dependencies: ReadonlySet<string>
  readonly devDependencies: ReadonlySet<string>
  readonly files: readonly SourceFile[]
}

const SKIPPED = /^(node_modules|dist|coverage|pack-store|results|\..+)$/
const TEXT = /\.(ts|mts|cts|mjs|cjs|js|json|md|yaml|sh)$/

/** Every text file under the root that is not generated. */
export function readTree(root: string): SourceFile[] {
  const walk = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return SKIPPED.test(entry.name) ? [] : walk(path)
      return entry.isFile() && TEXT.test(entry.name) && entry.name !== 'pnpm-lock.yaml' ? [path] : []
    })
  return walk('').map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return { path, text, ...(path.endsWith('ts') ? blanked(text) : { code: text, skeleton: text }) }
  })
}

/** The packages of `packages/*` and `examples/*`. */
export function readPackages(root: string, files: readonly SourceFile[]): Package[] {
  return ['packages', 'examples'].flatMap((parent) =>
    (existsSync(join(root, parent)) ? readdirSync(join(root, parent)) : []).flatMap((entry) => {
      const folder = `${parent}/${entry}`
      const manifest = files.find(({ path }) => path === `${folder}/package.json`)
      if (manifest === undefined) return []
      const { name, private: isPrivate, dependencies, peerDependencies, devDependencies } = JSON.parse(manifest.text)
      return {
        name,
        folder,
        isPublished: isPrivate !== true,
        dependencies: new Set(Object.keys({ ...dependencies, ...peerDependencies })),
        devDependencies: new Set(Object.keys(devDependencies ?? {})),
        files: files.filter(({ path }) => path.startsWith(`${folder}/`)),
      }
    }),
  )
}

/** The line of a position in a text, counted from 1. */
export function lineOf(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}

function blanked(text: string): { code: string; skeleton: string } {
  let code = ''
  let skeleton = ''
  for (const { kind, text: token } of tokens(text)) {
    const blank = kind === 'comment' ? token.replace(/[^\n]/g, ' ') : token
    code += blank
    skeleton +=
      kind === 'code' || kind === 'comment'
        ? blank
        : token[0] + token.slice(1, -1).replace(/[^\n]/g, '_') + token.at(-1)
  }
  return { code, skeleton }
}
