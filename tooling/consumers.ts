/**
 * What those who install our packages see: packs them, installs the tarballs in empty projects and proves that every
 * entry point loads, works and compiles there. Prints a line for each proof.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compilers, execute, installNode, installProjects, type Packed, packAll } from './consumers/project.ts'

const NODE_22 = '22.23.3'

interface Proof {
  readonly claim: string
  readonly prove: () => Promise<unknown>
}

function runtimeProofs(project: string, node: string, version: string, packed: readonly Packed[]): Proof[] {
  const entries = packed.flatMap((pkg) => pkg.entries)
  return [
    {
      claim: `Node ${version}: all ${entries.length} entry points export the same by import and by require`,
      prove: () => execute(project, node, ['entries.mjs', ...entries]),
    },
    { claim: `Node ${version}: ES modules work`, prove: () => execute(project, node, ['import.mjs']) },
    { claim: `Node ${version}: CommonJS works`, prove: () => execute(project, node, ['require.cjs']) },
    {
      claim: `Node ${version}: threads share channels, ES modules`,
      prove: () => execute(project, node, ['shared.mjs']),
    },
    ...['pool-server', 'queue-server', 'queue-client'].map((name) => ({
      claim: `Node ${version}: the command of ${name} starts`,
      prove: () => execute(project, node, [`node_modules/@millrace/${name}/dist/cli.js`, '--version']),
    })),
    { claim: `Node ${version}: threads share channels, CommonJS`, prove: () => execute(project, node, ['shared.cjs']) },
  ]
}

function compilerProofs(folder: string): Proof[] {
  return Object.entries(compilers).flatMap(([compiler, { typescript }]) =>
    ['bare', 'node'].flatMap((kind) =>
      [
        { module: 'nodenext', moduleResolution: 'nodenext', files: ['types.mts', 'types.cts'] },
        { module: 'node16', moduleResolution: 'node16', files: ['types.mts', 'types.cts'] },
        { module: 'esnext', moduleResolution: 'bundler', files: ['types.ts'] },
      ].map(({ files, ...settings }) => ({
        claim: `TypeScript ${typescript}, ${settings.moduleResolution}, ${kind === 'bare' ? 'without' : 'with'} @types/node`,
        prove: () => compile(join(folder, `${compiler}-${kind}`), kind === 'node', settings, files),
      })),
    ),
  )
}

function compile(project: string, hasNode: boolean, settings: { moduleResolution: string }, files: string[]) {
  const compilerOptions = {
    ...settings,
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: hasNode ? ['node'] : [],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  }
  const config = `tsconfig.${settings.moduleResolution}.json`
  writeFileSync(join(project, config), JSON.stringify({ compilerOptions, files }))
  return execute(project, process.execPath, ['node_modules/typescript/bin/tsc', '-p', config])
}

async function report({ claim, prove }: Proof): Promise<boolean> {
  try {
    await prove()
    console.log(`ok      ${claim}`)
    return true
  } catch (error) {
    console.log(`FAILED  ${claim}\n${error instanceof Error ? error.message : error}`)
    return false
  }
}

const folder = mkdtempSync(join(tmpdir(), 'consumers-'))
try {
  const packed = await packAll(folder)
  await installProjects(folder, packed)
  const project = join(folder, 'current-bare')
  const proofs = runtimeProofs(project, process.execPath, process.versions.node, packed)
  const node22 = await installNode(folder, NODE_22)
  if ('path' in node22) proofs.push(...runtimeProofs(project, node22.path, NODE_22, packed))
  else console.log(`skipped Node ${NODE_22}: ${node22.missing}`)
  for (const proof of [...proofs, ...compilerProofs(folder)]) if (!(await report(proof))) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}
