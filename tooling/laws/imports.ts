import { posix } from 'node:path'
import { type Breach, lineOf, type Package, type SourceFile } from './tree.ts'

/** The house, ground floor first. A published package, and one that is built into others, imports from the floors below its own. */
const FLOORS: readonly (readonly string[])[] = [
  ['@millrace/atomics', '@millrace/command', '@millrace/interleave'],
  ['@millrace/notify', '@millrace/ring'],
  ['@millrace/channel'],
  ['@millrace/mpsc', '@millrace/mpmc'],
  ['@millrace/pipeline', '@millrace/pool', '@millrace/queue'],
  ['@millrace/pool-server', '@millrace/queue-client', '@millrace/queue-server'],
  ['millrace'],
]

/** Private packages that are built into those that import them, which so name them in `devDependencies`: no other place can install them. */
const BUILT_IN: readonly string[] = ['@millrace/command']

/** What a published package may need beside ours. Libraries need nothing; servers speak protocols that others speak better. */
const STRANGERS: Readonly<Record<string, readonly string[]>> = {
  // A subpath alone needs it, as a peer that may be missing.
  '@millrace/pool': ['@opentelemetry/api'],
  '@millrace/pipeline': ['log-update', 'slice-ansi', 'string-width'],
  '@millrace/pool-server': ['fastify'],
  '@millrace/queue-server': ['fastify'],
}

// On skeletons, where a specifier is a row of underscores.
const SPECIFIERS =
  /\b(?:from |import |import\(\s*|require\(\s*|import\.meta\.resolve\(\s*|new URL\(\s*(?=['"]_*['"],\s*import\.meta\.url))['"](_+)/g

/** Who may import what: downwards, by package name, and only what its package.json names. */
export function importBreaches(pkg: Package, rootDependencies: ReadonlySet<string>): Breach[] {
  const manifest = `${pkg.folder}/package.json`
  const floor = FLOORS.findIndex((names) => names.includes(pkg.name))
  const welcome = STRANGERS[pkg.name] ?? []
  const isStranger = (name: string): boolean => !isOurs(name) && !welcome.includes(name)
  const strangers = isShipped(pkg) ? [...pkg.dependencies].filter(isStranger) : []
  const homeless = pkg.isPublished ? [...pkg.dependencies].filter((name) => BUILT_IN.includes(name)) : []
  return [
    ...(pkg.isPublished && floor === -1
      ? [breach(manifest, 1, 'layers', `${pkg.name} has no floor in tooling/laws/imports.ts`)]
      : []),
    ...strangers.map((name) =>
      breach(manifest, 1, 'dependencies', `a published package needs nothing but ours at run time, not ${name}`),
    ),
    ...homeless.map((name) =>
      breach(manifest, 1, 'dependencies', `${name} is built in: it belongs to devDependencies`),
    ),
    ...pkg.files
      .filter(({ path }) => /\.[cm]?ts$/.test(path))
      .flatMap((file) => fileBreaches(pkg, file, rootDependencies)),
  ]
}

function fileBreaches(pkg: Package, file: SourceFile, rootDependencies: ReadonlySet<string>): Breach[] {
  const isSource = file.path.startsWith(`${pkg.folder}/src/`)
  return [...file.skeleton.matchAll(SPECIFIERS)].flatMap((match) => {
    const end = match.index + match[0].length
    const specifier = file.text.slice(end - (match[1]?.length ?? 0), end)
    const at = (law: string, sentence: string) => [breach(file.path, lineOf(file.code, match.index), law, sentence)]
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(file.path), specifier)
      if (`${target}/`.startsWith(`${pkg.folder}/`) || (!isSource && target.startsWith('tooling/'))) return []
      if (!/^(packages|examples|tooling)\/|\.[cm]?[jt]s$/.test(target)) return []
      return at('packages', `${specifier} leaves the package; import by package name`)
    }
    if (/^(node|file|data|https?):/.test(specifier)) return []
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
    if (isSource && isShipped(pkg) && isOurs(name) && floorOf(name) >= floorOf(pkg.name))
      return at('layers', `${pkg.name} may not import ${name}: imports go down`)
    if (pkg.dependencies.has(name)) return []
    if (BUILT_IN.includes(name) && pkg.devDependencies.has(name)) return []
    if (!isSource && (pkg.devDependencies.has(name) || name === pkg.name || rootDependencies.has(name))) return []
    return at('dependencies', `${name} is not a dependency in ${pkg.folder}/package.json`)
  })
}

/** Whether users of a published package have it too. */
function isShipped({ name, isPublished }: Package): boolean {
  return isPublished || BUILT_IN.includes(name)
}

function isOurs(name: string): boolean {
  return name === 'millrace' || name.startsWith('@millrace/')
}

function floorOf(name: string): number {
  return FLOORS.findIndex((names) => names.includes(name))
}

function breach(file: string, line: number, law: string, sentence: string): Breach {
  return { file, line, law, sentence }
}
