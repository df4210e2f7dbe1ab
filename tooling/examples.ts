import { rmdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { runProgram, typecheck, writePrograms } from './examples/run.ts'

/**
 * Makes a test of every example in a package's README and docstrings; call it in `test/examples.test.ts`.
 *
 * An example is a module that runs by itself. What stands after `// =>` is asserted (`examples/transform.ts` has the
 * forms), imports by package name lead to the sources, and a first line `// tasks.ts` makes a block the file that the
 * others import as './tasks.ts'. A docstring without an import line has the exports of its package in scope.
 *
 * @example
 * runExamples(import.meta.url)
 */
export function runExamples(testFile: string): void {
  const packageDir = dirname(dirname(fileURLToPath(testFile)))
  testExamples(packageDir, packageDir)
}

/** The same for documents that belong to no package: their examples run inside one whose dependencies they need. */
export function testExamples(documents: string, packageDir: string): void {
  const { folder, programs } = writePrograms(packageDir, documents)
  afterAll(() => {
    rmSync(folder, { recursive: true })
    removeIfEmpty(dirname(folder))
  })
  describe('the documentation', () => {
    test('has examples', () => expect(programs).not.toHaveLength(0))
    test('type-checks', { timeout: 120_000 }, () => typecheck(folder))
    for (const program of programs) test.concurrent(program.title, () => runProgram(program))
  })
}

// Another run of the same tests may keep its own examples in it.
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {}
}
