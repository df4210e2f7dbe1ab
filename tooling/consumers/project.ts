import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const pnpm = join(root, 'node_modules/.bin/pnpm')

/** A published package, packed. */
export interface Packed {
  readonly name: string
  readonly tarball: string
  /** Its public entry points, as they are imported. */
  readonly entries: readonly string[]
  /** What a subpath of it needs, if it is used. */
  readonly peers: Readonly<Record<string, string>>
}

/** The compilers a consumer may have, each with the Node types of its time. */
export const compilers = {
  oldest: { typescript: '5.4.5', '@types/node': '22.13.0' },
  current: { typescript: '7.0.2', '@types/node': '26.6.6' },
} as const

/** Runs a command to its end; rejects with everything it printed if it fails. */
export function execute(cwd: string, command: string, args: readonly string[]): Promise<string> {
  const { NODE_OPTIONS: _, ...env } = process.env
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env, timeout: 180_000, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`${error.killed ? 'did not end in time' : `exit code ${error.code}`}\n${stdout}${stderr}`))
    })
  })
}

/** Packs every published package into the folder, as `publish` would. */
export async function packAll(folder: string): Promise<Packed[]> {
  const packed: Packed[] = []
  for (const entry of readdirSync(join(root, 'packages'))) {
    const packageDir = join(root, 'packages', entry)
    const manifest = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'))
    if (manifest.private === true) continue
    const tarball = join(folder, `${entry}.tgz`)
    await execute(packageDir, pnpm, ['pack', '--out', tarball])
    const entries = Object.keys(manifest.publishConfig.exports)
      .filter((path) => path !== './package.json')
      .map((path) => manifest.name + path.slice(1))
    packed.push({ name: manifest.name, tarball, entries, peers: manifest.peerDependencies ?? {} })
  }
  return packed
}

/**
 * Installs the tarballs in four empty projects, `<compiler>-bare` and `<compiler>-node`, and copies the fixtures in.
 *
 * Strict and unhoisted, so that nobody finds a package that is not a dependency of its own, the Node types in particular.
 */
export async function installProjects(folder: string, packed: readonly Packed[]): Promise<void> {
  const tarballs = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]))
  const peers = Object.assign({}, ...packed.map((pkg) => pkg.peers)) as Record<string, string>
  const settings = { packages: ['*'], hoist: false, pmOnFail: 'ignore', overrides: tarballs }
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), JSON.stringify(settings))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumers', private: true }))
  for (const [compiler, { typescript, ...types }] of Object.entries(compilers))
    for (const kind of ['bare', 'node']) {
      const project = join(folder, `${compiler}-${kind}`)
      mkdirSync(project)
      cpSync(join(import.meta.dirname, 'fixture'), project, { recursive: true })
      for (const flavour of ['types.mts', 'types.cts']) cpSync(join(project, 'types.ts'), join(project, flavour))
      const devDependencies = { typescript, ...(kind === 'node' ? types : {}) }
      const manifest = {
        name: `${compiler}-${kind}`,
        private: true,
        dependencies: { ...peers, ...tarballs },
        devDependencies,
      }
      writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
    }
  await execute(folder, pnpm, ['install', '--prefer-offline', '--ignore-scripts', '--no-frozen-lockfile'])
}

/** Installs another Node beside the projects and answers the path of its program, or why there is none. */
export async function installNode(folder: string, version: string): Promise<{ path: string } | { missing: string }> {
  const platform = { linux: 'node-linux', darwin: 'node-bin-darwin' }[process.platform as string]
  if (platform === undefined) return { missing: `no package of it for ${process.platform}` }
  const home = join(folder, `node-${version}`)
  mkdirSync(home)
  writeFileSync(join(home, 'pnpm-workspace.yaml'), JSON.stringify({ pmOnFail: 'ignore' }))
  const dependencies = { node: `npm:${platform}-${process.arch}@${version}` }
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'node', private: true, dependencies }))
  try {
    await execute(home, pnpm, ['install', '--prefer-offline', '--ignore-scripts', '--ignore-workspace'])
    const path = join(home, 'node_modules/node/bin/node')
    await execute(home, path, ['--version'])
    return { path }
  } catch (error) {
    return { missing: error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error) }
  }
}
