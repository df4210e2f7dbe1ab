import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const home = mkdtempSync(join(tmpdir(), 'lint-'))
afterAll(() => rmSync(home, { recursive: true }))

const documented = '/** One. */\nexport'
const planted: Record<string, readonly [text: string, rule: string | undefined]> = {
  'packages/ring/src/local/words.ts': [`${documented} const words = Atomics\n`, 'style/noRestrictedGlobals'],
  'packages/ring/src/memory.ts': [`${documented} type Memory = SharedArrayBuffer\n`, 'style/noRestrictedGlobals'],
  'packages/ring/src/kernel.ts': [`${documented} const kernel = WebAssembly\n`, 'style/noRestrictedGlobals'],
  'packages/atomics/src/words.ts': [`${documented} const words = Atomics\n`, undefined],
  'packages/ring/src/any.ts': [`${documented} const one: any = 1\n`, 'suspicious/noExplicitAny'],
  'packages/ring/src/ignore.ts': ['// @ts-ignore\nexport const one: number = null\n', 'suspicious/noTsIgnore'],
  'packages/ring/src/default.ts': ['const one = 1\nexport default one\n', 'style/noDefaultExport'],
  'packages/ring/tsup.config.ts': ['const one = 1\nexport default one\n', undefined],
  'packages/ring/src/long.ts': [
    `${documented} function long(): void {\n${'  long()\n'.repeat(61)}}\n`,
    'complexity/noExcessiveLinesPerFunction',
  ],
}

describe('the linter', () => {
  copyFileSync(join(root, 'biome.json'), join(home, 'biome.json'))
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
  writeFileSync(join(home, '.gitignore'), 'node_modules\n')
  for (const [path, [text]] of Object.entries(planted)) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), text)
  }
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'lint', '--reporter=github', '--max-diagnostics=100', '.'],
    { cwd: home, encoding: 'utf8' },
  )
  const found = stdout.split('\n').map((line) => /title=lint\/([\w/]+),file=([^,]+)/.exec(line)?.slice(1) ?? [])

  for (const [path, [, rule]] of Object.entries(planted))
    test(`${rule === undefined ? 'lets pass' : `reports ${rule} in`} ${path}`, () =>
      expect(found.filter(([, file]) => file?.endsWith(path)).map(([name]) => name)).toEqual(
        rule === undefined ? [] : [rule],
      ))
})
