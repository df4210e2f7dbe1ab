import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { tokens } from '../laws/tokens.ts'
import { readTree } from '../laws/tree.ts'
import { breaches } from '../laws.ts'

const home = mkdtempSync(join(tmpdir(), 'laws-'))
afterAll(() => rmSync(home, { recursive: true }))

const manifest = (name: string, dependencies: string[], more: object = {}) =>
  JSON.stringify({ name, dependencies: Object.fromEntries(dependencies.map((key) => [key, '1'])), ...more })

/** A repository that keeps every law. */
const lawful: Record<string, string> = {
  'package.json': JSON.stringify({ devDependencies: { vitest: '1' } }),
  'README.md': '# House\n',
  'packages/ring/package.json': manifest('@millrace/ring', []),
  'packages/ring/src/index.ts': "export { ring } from './ring.ts'\n",
  'packages/ring/src/ring.ts': '/** A ring. */\nexport function ring(): void {}\n',
  'packages/channel/package.json': manifest('@millrace/channel', ['@millrace/ring']),
  'packages/channel/src/api.ts':
    "import type { Ring } from '@millrace/ring'\n\n/** What. */\nexport interface Sender {\n  /** Why. */\n  readonly ring: Ring\n}\n",
  'packages/channel/src/worker.ts':
    "import 'node:fs'\n// from '@millrace/mpmc'\nnew URL('./api.ts', import.meta.url)\nfrom('tea')\n",
  'packages/channel/test/worker.test.ts':
    "new URL('..', import.meta.url)\nrun(\"import '@millrace/mpmc'\", `\nimport '@millrace/mpmc'\n`)\n",
  'packages/channel/test/api.test.ts':
    "import { test } from 'vitest'\nimport '@millrace/channel'\nimport '../src/api.ts'\nimport '../../../tooling/examples.ts'\n",
  'packages/channel/vitest.config.ts': "export { config } from '../../tooling/vitest.ts'\n",
  'packages/mpmc/package.json': manifest('@millrace/mpmc', ['@millrace/channel']),
  'packages/bench/package.json': manifest('@millrace/bench', ['mitata', '@millrace/mpmc'], { private: true }),
  'packages/bench/src/main.ts':
    "import 'mitata'\nimport '@millrace/mpmc'\nnew URL('../../../data', import.meta.url)\nexport const undocumented = 1\n",
}

/** The breaches of the lawful repository with these files written over it. */
function breachesWith(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(home, 'r-'))
  for (const [path, text] of Object.entries({ ...lawful, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return breaches(root).map(({ file, line, law, sentence }) => `${file}:${line} ${law}: ${sentence}`)
}

const source = 'packages/channel/src/more.ts'
const documented = '/** One. */\n'

test('tokens put together are the text again', () => {
  for (const { text } of readTree(join(import.meta.dirname, '../..'))) {
    expect([...tokens(text)].map((token) => token.text).join('') === text).toBe(true)
  }
})

describe('the laws', () => {
  test('let a server need what its protocol is spoken by, and nothing else', () => {
    const server = (dependencies: string[]) => ({
      'packages/pool-server/package.json': manifest('@millrace/pool-server', dependencies),
    })
    expect(breachesWith(server(['fastify', '@millrace/ring']))).toEqual([])
    expect(breachesWith(server(['express']))).toEqual([expect.stringContaining('not express')])
    const library = { 'packages/ring/package.json': manifest('@millrace/ring', ['fastify']) }
    expect(breachesWith(library)).toEqual([expect.stringContaining('not fastify')])
  })

  test('let a package have a private one built in, and nobody install it', () => {
    const command = (more: object, dependencies: string[] = []) => ({
      'packages/command/package.json': manifest('@millrace/command', dependencies, { private: true }),
      'packages/mpmc/package.json': manifest('@millrace/mpmc', ['@millrace/channel'], more),
      'packages/mpmc/src/index.ts': "import '@millrace/command'\n",
    })
    const devDependencies = { '@millrace/command': '1' }
    expect(breachesWith(command({ devDependencies }))).toEqual([])
    expect(breachesWith(command({}))).toEqual([expect.stringContaining('mpmc/src/index.ts:1 dependencies')])
    const dependencies = { '@millrace/channel': '1', ...devDependencies }
    expect(breachesWith(command({ dependencies }))).toEqual([
      expect.stringContaining('mpmc/package.json:1 dependencies'),
    ])
    expect(breachesWith(command({ devDependencies }, ['lodash']))).toEqual([expect.stringContaining('not lodash')])
  })

  test('let a lawful repository pass', () => expect(breachesWith({})).toEqual([]))

  for (const [claim, files, sentence] of [
    [
      'imports upwards',
      {
        'packages/channel/package.json': manifest('@millrace/channel', ['@millrace/ring', '@millrace/mpmc']),
        [source]: "import '@millrace/mpmc'\n",
      },
      'more.ts:1 layers: @millrace/channel may not import @millrace/mpmc',
    ],
    ['imports of a type upwards', { [source]: "let x: typeof import('@millrace/mpmc/shared')\n" }, 'more.ts:1 layers'],
    ...[
      'const quote = /`/',
      "const quotes = /[`'/]/g, half = 1 / 2",
      'if (f(a)) /`/.test(a)',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
      "const text = a.of / 2 + (a) / 3 + `${/`/.test(`}`) ? `'` : a[0] / 1}`",
      'const n = i++ / 2 // `',
      'const f = () => { g() }\n/`/.test(a)',
    ].map((line) => [
      `imports after ${line}`,
      { [source]: `${line}\nimport '@millrace/mpmc/shared'\nf(\`\`)\n` },
      `more.ts:${line.split('\n').length + 1} layers`,
    ]),
    [
      'imports between two packages of one floor',
      {
        'packages/mpmc/package.json': manifest('@millrace/mpmc', ['@millrace/mpsc']),
        'packages/mpmc/src/index.ts': "export {\n  channel,\n} from '@millrace/mpsc'\n",
      },
      'index.ts:3 layers: @millrace/mpmc may not import @millrace/mpsc',
    ],
    [
      'a published package without a floor',
      { 'packages/attic/package.json': manifest('@millrace/attic', []) },
      'attic/package.json:1 layers',
    ],
    ["a sibling's internals", { [source]: "import '../../ring/src/ring.ts'\n" }, 'more.ts:1 packages'],
    ["a sibling's file as a worker", { [source]: "new URL('../../ring/src/ring.ts', import.meta.url)\n" }, 'packages'],
    ['tooling in a source', { [source]: "import '../../../tooling/vitest.ts'\n" }, 'more.ts:1 packages'],
    ['an import nobody depends on', { [source]: "await import('@millrace/notify')\n" }, 'more.ts:1 dependencies'],
    ['a tool of the workspace in a source', { [source]: "import 'vitest'\n" }, 'more.ts:1 dependencies'],
    [
      'an import of a test nobody depends on',
      { 'packages/channel/test/more.test.ts': "import '@millrace/pool'\n" },
      'more.test.ts:1 dependencies',
    ],
    [
      'a foreign dependency of a published package',
      { 'packages/mpmc/package.json': manifest('@millrace/mpmc', ['@millrace/channel', 'lodash']) },
      'mpmc/package.json:1 dependencies',
    ],
    ['a function without a docstring', { [source]: 'export async function f() {}\n' }, 'more.ts:1 docstrings: f '],
    ['a type without a docstring', { [source]: '// One.\nexport type T = 1\n' }, 'more.ts:2 docstrings: T '],
    [
      'a docstring before another name',
      { [source]: `${documented}const a = 1\nexport const b = a\n` },
      'docstrings: b ',
    ],
    [
      'an export far from its docstring',
      { [source]: `${documented}const a = 1\nexport { a }\n` },
      'more.ts:3 docstrings',
    ],
    [
      'a member of api.ts without a docstring',
      { 'packages/channel/src/api.ts': `${documented}export interface I {\n  /** A. */\n  a: 1\n  b(): void\n}\n` },
      'api.ts:5 docstrings: I.b ',
    ],
    ['a file of 301 lines', { [source]: 'f()\n'.repeat(301) }, 'more.ts:1 length: 301'],
    ['work left to do', { 'README.md': `\n${'TO'}${'DO'}: more\n` }, 'README.md:2 words'],
    ['a path of one machine', { [source]: `'/${'root'}/x'\n` }, 'more.ts:1 words'],
  ] as [string, Record<string, string>, string][])
    test(`catch ${claim}`, () => expect(breachesWith(files)).toEqual([expect.stringContaining(sentence)]))

  test('count neither comments nor blank lines', () =>
    expect(breachesWith({ [source]: `/*\n${'a\n'.repeat(300)}*/\n${'// b\n\n'.repeat(300)}` })).toEqual([]))

  test('ask one docstring for all overloads', () =>
    expect(breachesWith({ [source]: `${documented}export function f(a: 1): 1\nexport function f(a: 2): 2\n` })).toEqual(
      [],
    ))
})
