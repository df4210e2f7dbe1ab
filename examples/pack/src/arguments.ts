import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import { PackError } from './errors.ts'
import { printableText } from './names.ts'

/** What the user asks for; paths are absolute. */
export type Request =
  | { readonly verb: 'pack'; readonly folder: string; readonly store: string }
  | { readonly verb: 'verify'; readonly store: string; readonly restore: string | undefined }
  | { readonly verb: 'help'; readonly text: string }

interface Options {
  readonly to?: string
  readonly verify?: string
  readonly restore?: string
}

const EXAMPLES = `
Examples:
  npm start                                           packs node_modules of this workspace into ./pack-store
  npm start -- ~/photos --to /backup/photos           packs a folder; again later, only what is new is written
  npm start -- --verify /backup/photos                checks every object against its hash
  npm start -- --verify /backup/photos --restore out  writes everything to out/ and compares it with the manifest

Exit codes: 0 all is well; 1 something was left out, damaged, or the disk failed; 2 the request cannot be carried out;
129, 130, 143 ended by a signal; 141 nobody read the output.`

/** What npm makes of our options when the `--` before them is missing. */
const TAKEN_BY_NPM = {
  npm_config_verify: '--verify',
  npm_config_restore: '--restore',
  npm_config_to: '--to',
  npm_config_token_description: '--to',
}

/**
 * Reads the arguments. Throws `PackError`, code `usage`, with one line that says what is wrong.
 *
 * Paths are relative to the user's folder. npm runs scripts in the workspace and says in the environment where that was.
 */
export function parseArguments(args: readonly string[], env: NodeJS.ProcessEnv): Request {
  const isStartedByNpm = env['npm_lifecycle_event'] === 'start'
  const cwd = (isStartedByNpm ? env['INIT_CWD'] : undefined) ?? process.cwd()
  if (isStartedByNpm) {
    const taken = Object.entries(TAKEN_BY_NPM).find(([name]) => env[name] !== undefined)
    if (taken) throw new PackError('usage', `${taken[1]} went to npm: write npm start -- ${taken[1]} ...; see --help`)
  }
  let output = ''
  const program = new Command('npm start --')
    .description('Packs a folder into a store: every content once, compressed, under its hash.')
    .argument('[folder]', 'folder to pack (default: node_modules of this workspace)')
    .option('--to <store>', 'where to keep it (default: pack-store in the current folder)')
    .option('--verify <store>', 'check a store instead of packing')
    .option('--restore <folder>', 'with --verify: write everything to an empty folder and compare')
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', EXAMPLES)
    .configureOutput({ writeOut: (text) => (output += text), writeErr: () => {} })
    .exitOverride()
  try {
    program.parse([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { verb: 'help', text: output }
    const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
    throw new PackError('usage', `${printableText(message)}; see --help`, { cause: error })
  }
  return requestOf(program.args[0], program.opts<Options>(), (path) => resolve(cwd, path))
}

function requestOf(folder: string | undefined, options: Options, absolute: (path: string) => string): Request {
  const { to, verify, restore } = options
  for (const [name, path] of Object.entries({ folder, '--to': to, '--verify': verify, '--restore': restore })) {
    if (path === '') throw new PackError('usage', `${name}: expected a path, got an empty one; see --help`)
  }
  if (verify !== undefined) {
    if (folder !== undefined) throw new PackError('usage', '--verify takes no folder to pack; see --help')
    if (to !== undefined) throw new PackError('usage', '--verify and --to exclude each other; see --help')
    return { verb: 'verify', store: absolute(verify), restore: restore === undefined ? undefined : absolute(restore) }
  }
  if (restore !== undefined) throw new PackError('usage', '--restore needs --verify <store>; see --help')
  const source =
    folder === undefined ? fileURLToPath(new URL('../../../node_modules', import.meta.url)) : absolute(folder)
  return { verb: 'pack', folder: source, store: absolute(to ?? 'pack-store') }
}
