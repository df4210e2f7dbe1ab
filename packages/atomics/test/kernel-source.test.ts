import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { generated } from '../build/generated.ts'
import { FILES, FUNCTIONS, kernelSource } from '../build/source.ts'

const builtins =
  /^(load|store|atomic\.(load|store|add|sub|or|xchg|cmpxchg|notify)|memory\.copy|pair\.cmpxchg|claim\.(tail|head|one|add))$/

/** A file of the kernel without comments and imports. */
function code(name: string): string {
  return readFileSync(new URL(`../src/kernel/${name}.ts`, import.meta.url), 'utf8')
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    .replace(/^import [^;]*? from '[^']+'\n/gm, '')
}

describe('the law of the kernel, without which its three executions would differ', () => {
  const own = new Set([...kernelSource().matchAll(/function (\w+)/g)].map(([, name]) => name))

  test.each(FILES)('%s calls nothing but the kernel and its builtins', (name) => {
    const calls = [...code(name).matchAll(/(?<!function )\b([\w.]+)(<[^<>()]*>)?\(/g)]
    const foreign = calls
      .map(([, called = '']) => called)
      .filter((called) => !builtins.test(called) && !own.has(called))
    expect(foreign.filter((called) => !/^(if|while|for|return)$/.test(called))).toEqual([])
  })

  test.each(FILES)('%s moves words of 32 bits only', (name) => {
    const widths = [...code(name).matchAll(/<([^<>()=]*)>\(/g)].map(([, width]) => width)
    expect(widths.filter((width) => width !== 'i32')).toEqual([])
    const types = [...code(name).matchAll(/\w: (\w+)/g)].map(([, type]) => type)
    expect(types.filter((type = '') => !['i32', 'void', 'ENDED', 'NONE', 'CLOSED'].includes(type))).toEqual([])
  })

  // A thread in WebAssembly can be terminated where a loop jumps back: with a loop there, one in five terminations wedged a queue.
  test.each(FILES)('%s neither loops nor calls between a claim and its publish', (name) => {
    const claims = code(name)
      .split(/if \(claim\.(?:tail|head)\([^\n]*\) \{\n/)
      .slice(1)
    const unpublished = claims.map((rest) => rest.split(/\n\s*(?:wake\(|return)/)[0] ?? '')
    for (const steps of unpublished) expect(steps).not.toMatch(/\b(while|for)\b|(?<![.\w])(?!load|store)[a-z]\w*\(/)
  })

  test.each(FILES)('%s neither divides nor allocates, and keeps nothing', (name) => {
    expect(code(name)).not.toMatch(/[^<=]\/|%|\bnew\b|\[|=>|`|'|"|\.\d|\*\*/)
    expect(code(name)).not.toMatch(/^(export )?(let|var)\b/m)
  })

  test.each(FILES)('%s wraps every sum of positions to 32 bits', (name) => {
    const positions = 'tail|head|position|last|turn'
    const sums = [...code(name).matchAll(new RegExp(`\\b(${positions}) [+-] [^\\n]*`, 'g'))].map(([sum]) => sum)
    // A wrapped sum, or one that a mask cuts at once.
    expect(sums.filter((sum) => !/\| 0\)?|& mask/.test(sum))).toEqual([])
  })
})

describe('what is committed', () => {
  test('is what the kernel source gives', async () => {
    for (const [name, text] of Object.entries(await generated())) {
      expect(readFileSync(new URL(`../src/generated/${name}`, import.meta.url), 'utf8')).toBe(text)
    }
  })

  test('has every function that is called from outside', () => {
    const declared = [...kernelSource().matchAll(/^export function (\w+)/gm)].map(([, name]) => name)
    expect(declared.toSorted()).toEqual([...FUNCTIONS].toSorted())
    const contract = readFileSync(new URL('../src/api.ts', import.meta.url), 'utf8').split(
      'export interface Bindings',
    )[0]
    expect([...(contract ?? '').matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name).toSorted()).toEqual(
      [...FUNCTIONS].toSorted(),
    )
  })
})
