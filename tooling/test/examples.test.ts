import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { collectExamples } from '../examples/collect.ts'
import { runProgram, typecheck, writePrograms } from '../examples/run.ts'
import { transform } from '../examples/transform.ts'

const scratch = join(import.meta.dirname, '.examples')
mkdirSync(scratch, { recursive: true })
const home = mkdtempSync(join(scratch, 'packages-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** A package with these files, and an index that exports `twice` and the type `Pair` unless it is among them. */
function packageWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(home, 'p-'))
  const common = {
    'package.json': JSON.stringify({ name: '@millrace/sample', type: 'module', exports: './src/index.ts' }),
    'src/index.ts': "export type { Pair } from './twice.ts'\nexport { twice } from './twice.ts'\n",
    'src/twice.ts':
      'export type Pair = [number, number]\nexport function twice(n: number): number {\n  return 2 * n\n}\n',
  }
  for (const [path, text] of Object.entries({ ...common, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const fenced = (...lines: string[]) => ['# Sample', '', '```ts', ...lines, '```', ''].join('\n')

async function readme(...lines: string[]): Promise<void> {
  const { programs } = writePrograms(packageWith({ 'README.md': fenced(...lines) }))
  for (const program of programs) await runProgram(program)
}

describe.concurrent('an example', () => {
  test('passes when every sentence is true', ({ expect }) =>
    expect(
      readme(
        "import { twice } from '@millrace/sample'",
        'twice(2) // => 4',
        'const four = await Promise.resolve({ of: [twice(2)] }) // => { of: [4] }',
        'Array.of(3, 1, 2)',
        '  .sort()',
        "  .join('') // => '123'",
        'for (const n of [1, 2]) console.log(n) // => 1, 2',
        "console.log('tea', four) // => tea { of: [ 4 ] }",
        "JSON.parse('') // => throws SyntaxError: end of JSON",
        "Promise.reject({ code: 'closed', at: 1 }) // => rejects { code: 'closed' }",
        "await Promise.reject('why') // => rejects 'why'",
        'undefined',
        '// => undefined',
      ),
    ).resolves.toBeUndefined())

  for (const [claim, line, complaint] of [
    ['a wrong value', '1 + 1 // => 3', 'README.md:4: is 2, the text says 3'],
    ['a wrong value of a constant', 'const two = 1 + 1 // => 3', 'README.md:4: is 2, the text says 3'],
    ['a promise where a value is promised', 'Promise.resolve(1) // => 1', 'is Promise'],
    ['a value of the wrong sign of zero', '-0 // => 0', 'is -0'],
    ['other text than it prints', "console.log('tea') // => coffee", "prints 'tea'"],
    ['an error that does not come', '1 // => throws', 'the text says it throws'],
    ['a rejection that does not come', 'Promise.resolve(1) // => rejects', 'the text says it rejects'],
    ['another error than is promised', 'null.x // => throws RangeError', 'the text says RangeError'],
    ['another message than is promised', "JSON.parse('') // => throws SyntaxError: tea", "the text says 'tea'"],
    ['another code', "Promise.reject({ code: 'full' }) // => rejects { code: 'closed' }", 'the text says { code'],
    ['an error nobody announced', "throw new Error('spilt')", 'spilt'],
    ['an unhandled rejection', "void Promise.reject(new Error('spilt'))", 'spilt'],
    ['a promise that never settles', 'await new Promise(() => {}) // => 1', 'exit code 13'],
    ['a sentence that is not reached', 'if (!process) {\n1 // => 1\n}', 'README.md:5: never reached'],
    ['a wrong sentence the example catches', 'try {\n1 // => 2\n} catch {}', 'README.md:5: is 1'],
    ['a module that is not there', "import './tasks.ts'", 'Cannot find module'],
  ] as const)
    test(`fails by ${claim}`, ({ expect }) => expect(readme(line)).rejects.toThrow(complaint))

  test('fails by a program that does not end', async ({ expect }) => {
    const text = fenced('setInterval(() => {}, 1_000)')
    for (const program of writePrograms(packageWith({ 'README.md': text })).programs)
      await expect(runProgram(program, 1_000)).rejects.toThrow('did not end within 1000 ms')
  })

  for (const [claim, line, complaint] of [
    ['belongs to no statement', '// => 4', 'no statement'],
    ['is no value', '3 // => about three', '"about three" is not a value'],
    ['is two values', '3 // => 3, 4', '"3, 4" is not a value'],
    ['speaks of several names', 'const { a } = { a: 1 } // => 1', 'one name'],
  ] as const)
    test(`is refused when a sentence ${claim}`, ({ expect }) =>
      expect(() => transform(line, String)).toThrow(complaint))

  test('that does not type-check is reported', async ({ expect }) => {
    const { folder } = writePrograms(packageWith({ 'README.md': fenced("const n: number = 'tea'") }))
    await expect(typecheck(folder)).rejects.toThrow(/example\.ts\(4,7\).*not assignable/)
  })
})

describe('collecting', () => {
  test('finds every fenced block and no other language', () => {
    const text = `${fenced('1 // => 1')}\n\`\`\`sh\nnpm i\n\`\`\`\n${fenced('2 // => 2')}`
    const found = collectExamples(packageWith({ 'README.md': text }))
    expect(found.map(({ line, code }) => [line, code])).toEqual([
      [4, '1 // => 1\n'],
      [13, '2 // => 2\n'],
    ])
  })

  test('finds nothing in a package without examples', () => expect(collectExamples(packageWith({}))).toEqual([]))

  test('brings the exports a docstring mentions, types as types', async () => {
    const docstring = [
      '/**',
      ' * Doubles.',
      ' *',
      ' * @example',
      ' * const pair: Pair = [2, twice(2)] // => [2, 4]',
      ' * @see elsewhere',
      ' */',
    ]
    const folder = packageWith({ 'src/more.ts': `${docstring.join('\n')}\nexport const more = 1\n` })
    expect(collectExamples(folder)).toMatchObject([
      { file: 'src/more.ts', line: 5, imports: "import { type Pair, twice } from '@millrace/sample'" },
    ])
    const written = writePrograms(folder)
    await typecheck(written.folder)
    for (const program of written.programs) await runProgram(program)
  })

  test('brings no export that the docstring declares itself', () => {
    const docstring = '/**\n * @example\n * const twice = 2 // => 2\n */\nexport const more = 1\n'
    expect(collectExamples(packageWith({ 'src/more.ts': docstring }))).toMatchObject([{ imports: '' }])
  })

  test('writes a named block beside the one that imports it', async () => {
    const folder = packageWith({
      'README.md':
        fenced('// tasks.ts', 'export const tea = 1') + fenced("import { tea } from './tasks.ts'", 'tea // => 1'),
    })
    const { programs } = writePrograms(folder)
    expect(programs.map(({ title }) => title)).toEqual(['README.md:10'])
    for (const program of programs) await runProgram(program)
  })

  test('runs a named block that nobody imports', () =>
    expect(readme('// main.ts', '1 // => 2')).rejects.toThrow('README.md:5: is 1'))
})
