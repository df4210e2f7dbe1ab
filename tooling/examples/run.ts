import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { collectExamples, type Example } from './collect.ts'
import { transform } from './transform.ts'

const root = join(import.meta.dirname, '../..')

/** An example as a program on disk. */
export interface Program {
  /** `README.md:12`, for the reader. */
  readonly title: string
  readonly path: string
}

/**
 * The programs of the documents, in a folder inside the package that the caller removes.
 *
 * Lines keep the numbers they have in their source.
 */
export function writePrograms(
  packageDir: string,
  documents: string = packageDir,
): { folder: string; programs: Program[] } {
  mkdirSync(join(packageDir, 'test/.examples'), { recursive: true })
  const folder = mkdtempSync(join(packageDir, 'test/.examples/run-'))
  const programs = collectExamples(documents).map((example) => writeProgram(example, folder))
  const config = {
    extends: relative(folder, join(root, 'tsconfig.base.json')),
    compilerOptions: { noUnusedLocals: false, isolatedDeclarations: false, declaration: false },
    files: programs.map(({ path }) => relative(folder, path)),
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  return { folder, programs }
}

function writeProgram(example: Example, folder: string): Program {
  const place = join(folder, `${example.file.replace(/\W+/g, '-')}-${example.line}`)
  mkdirSync(place)
  for (const [name, code] of example.beside) writeFileSync(join(place, name), code)
  const { code, places } = transform(example.code, (line) => `${example.file}:${example.line + line - 1}`)
  const check = relative(place, join(import.meta.dirname, 'check.ts'))
  const head = `import * as example$ from '${check}'; example$.expectAll(${JSON.stringify(places)}); ${example.imports}`
  const path = join(place, example.name ?? 'example.ts')
  writeFileSync(path, head + '\n'.repeat(example.line - 1) + code)
  return { title: `${example.file}:${example.line}`, path }
}

/** Runs one program by itself; rejects with what it printed if it fails, or does not end in time. */
export function runProgram(program: Program, timeoutMs = 50_000): Promise<void> {
  const command = ['--conditions=@millrace/source', '--disable-warning=ExperimentalWarning', program.path]
  return execute(process.execPath, command, timeoutMs).catch((error: unknown) => {
    throw new Error(`${program.title}: ${error instanceof Error ? error.message : error}`)
  })
}

/** Compiles the programs of a folder, strictly, against the sources of the workspace. */
export function typecheck(folder: string): Promise<void> {
  return execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], 100_000)
}

function execute(command: string, args: readonly string[], timeoutMs: number): Promise<void> {
  const { NODE_OPTIONS: _, ...env } = process.env
  return new Promise((resolve, reject) => {
    execFile(command, args, { env, timeout: timeoutMs, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) resolve()
      else if (error.killed) reject(new Error(`did not end within ${timeoutMs} ms\n${stdout}${stderr}`))
      else reject(new Error(`exit code ${error.code}\n${stdout}${stderr}`))
    })
  })
}
