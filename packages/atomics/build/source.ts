import { readFileSync } from 'node:fs'
import { transformSync } from 'esbuild'

/** The kernel, in the order in which its files may be put one behind the other. */
export const FILES: readonly string[] = [
  'layout',
  'park',
  'slot',
  'batch',
  'lazy',
  'record',
  'block',
  'object',
  'notify',
  'slab',
  'participant',
]

/** The functions that are called from outside; the others are the kernel's own. */
export const FUNCTIONS: readonly string[] = [
  ...['parkBegin', 'wake', 'wakeAll'],
  ...['slotPush', 'slotPop', 'slotPushMany', 'slotPopMany', 'slotLength', 'slotInit', 'reserve', 'release'],
  ...['lazyPush', 'lazyPushWords', 'lazyFlush', 'lazyPop', 'lazyGiveBack', 'lazyInit'],
  ...['recordPush', 'recordPeek', 'recordDrop', 'recordInit'],
  ...['slabClaim', 'slabTake', 'slabPublish', 'slabFree', 'slabInit'],
  ...['blockAllocate', 'blockRetain', 'blockRelease'],
  ...['objectAttach', 'objectAttachOne', 'objectLink', 'objectDetach', 'objectLeave', 'objectClose'],
  ...['notifyListen', 'notifyTake', 'notifyUse', 'notifyLeave', 'notifyOne', 'notifyLast', 'notifyAll'],
  ...['participantJoin', 'participantRepair'],
]

/** One text of all kernel files, without imports: as WebAssembly, JavaScript and model execute it. */
export function kernelSource(): string {
  return FILES.map((name) => readFileSync(new URL(`../src/kernel/${name}.ts`, import.meta.url), 'utf8'))
    .join('\n')
    .replace(/^import [^;]*? from '[^']+'\n/gm, '')
    .replace(/^export const/gm, 'const')
    .replace(/^export function (\w+)/gm, (found, name) => (FUNCTIONS.includes(name) ? found : `function ${name}`))
}

/** A factory as JavaScript text: an expression, a function that, given bindings, answers the kernel's functions. */
export function kernelFactory(source: string, minify = false): string {
  const text = minify ? withNumbers(source) : source
  const { code } = transformSync(
    `kernel = (bindings) => {
      const { load, store, atomic, memory, pair, claim } = bindings
      ${text.replace(/^export function/gm, 'function')}
      return { ${FUNCTIONS.join(', ')} }
    }`,
    { loader: 'ts', target: 'es2022', minify },
  )
  return code
    .slice(code.indexOf('=') + 1)
    .trim()
    .replace(/;$/, '')
}

/** Puts the layout's numbers in the place of their names. */
function withNumbers(source: string): string {
  const numbers = new Map(
    [...source.matchAll(/^const (\w+): i32 = (\S+)/gm)].map(([, name = '', value = '']) => [name, value]),
  )
  return source
    .replace(/^const \w+: i32 = .*\n/gm, '')
    .replace(/\b[A-Z][A-Z_]+\b/g, (name) => numbers.get(name) ?? name)
}
