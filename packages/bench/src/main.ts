/** The command line: picks the suites, runs them, prints the tables and writes the figures. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { type Environment, environment } from './environment.ts'
import { formatEnvironment, formatNotes, formatSection, isAlarming } from './report.ts'
import type { Section, SuiteResult } from './result.ts'
import { type Settings, SUITES, type Suite } from './suites.ts'

interface Flags {
  rounds?: number
  only?: string[]
  section?: string[]
  json?: string
  timeoutMs?: number
  node?: string
}

const suiteNames = Object.keys(SUITES)

// Paths are meant from where the command was typed: turbo hides that, but it is run from the root of the repository.
const isUnderTurbo = process.env['TURBO_HASH'] !== undefined
const here = isUnderTurbo ? resolve(import.meta.dirname, '../../..') : (process.env['INIT_CWD'] ?? process.cwd())

const command = new Command('bench')
  .description('Measures Millrace against its peers, every contender once a round, each in a process of its own.')
  .argument('[suite]', `one of ${suiteNames.join(', ')}; all of them if not given`, suiteName)
  .argument('[folder]', 'what the pack suite packs; the package effect in node_modules if not given')
  .option('--rounds <n>', 'how often each contender is measured', count)
  .option('--only <contender...>', 'measure these contenders and no other')
  .option('--section <name...>', 'measure these scenarios or groups and no other')
  .option('--timeout-ms <n>', 'how long one measurement may take before it is cut off', count)
  .option('--node <path>', 'another Node that measures; not for the pack suite', existingNode)
  .option(
    '--json <file>',
    'write the figures of one suite there (otherwise only those of a whole suite are kept, in results/)',
  )
  .addHelpText('after', '\nExamples:\n  bench channel --only effect millrace-mpsc\n  bench pack ~/photos --rounds 3')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action(main)

// By default a signal skips the exit handlers, and with them the end of the measuring process and of its files.
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

await command.parseAsync()

async function main(suite: string | undefined, folder: string | undefined, flags: Flags): Promise<void> {
  if (flags.json !== undefined && suite === undefined) command.error('error: --json needs a suite')
  if (folder !== undefined && suite !== 'pack') command.error(`error: the ${suite} suite takes no folder`)
  if (flags.node !== undefined && (suite === undefined || suite === 'pack')) {
    command.error('error: --node needs a suite, and not pack')
  }
  const picked = Object.entries(SUITES).filter(([name]) => suite === undefined || suite === name)
  const only = flags.only ?? []
  const sections = flags.section ?? []
  await checkNames(picked, only, sections)
  const settings: Settings = {
    rounds: flags.rounds,
    only,
    sections,
    folder: folder && existingFolder(folder),
    timeoutMs: flags.timeoutMs,
    node: flags.node,
    onMeasured: showProgress,
  }
  const machine = await environment(flags.node)
  console.log(`${formatEnvironment(machine)}\n`)
  for (const [name, each] of picked) await runSuite(name, each, settings, machine, flags.json)
}

async function runSuite(name: string, suite: Suite, settings: Settings, machine: Environment, json?: string) {
  const sections: Section[] = []
  for await (const section of suite.run(settings)) {
    hideProgress()
    console.log(`${formatSection(section)}\n`)
    if (isAlarming(section)) process.exitCode = 1
    sections.push(section)
  }
  const notes = formatNotes(sections)
  if (notes !== '') console.log(`${notes}\n`)
  const { only, sections: picked, rounds = suite.rounds, node } = settings
  const isForTheRecord = node === undefined && only.length === 0 && picked.length === 0 && rounds >= suite.rounds
  if (json === undefined && !isForTheRecord) return
  const file = json ? resolve(here, json) : resolve(import.meta.dirname, `../results/${name}.json`)
  const result: SuiteResult = { suite: name, environment: machine, settings: suite.settings(settings), sections }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
  console.log(`${file}\n`)
}

async function checkNames(picked: [string, Suite][], only: readonly string[], sections: readonly string[]) {
  const known = await Promise.all(picked.map(([, suite]) => suite.names()))
  const contenders = new Set(known.flatMap((names) => names.contenders))
  const groups = new Set(known.flatMap((names) => names.sections))
  refuseUnknown('--only', only, contenders)
  refuseUnknown('--section', sections, groups)
}

function refuseUnknown(option: string, given: readonly string[], known: ReadonlySet<string>): void {
  const stranger = given.find((name) => !known.has(name))
  if (stranger === undefined) return
  command.error(`error: ${option}: there is no ${stranger}; there are ${[...known].join(', ')}`)
}

function existingFolder(folder: string): string {
  const path = resolve(here, folder)
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) command.error(`error: not a folder: ${path}`)
  return path
}

function suiteName(name: string): string {
  if (suiteNames.includes(name)) return name
  throw new InvalidArgumentError(`There are ${suiteNames.join(', ')}.`)
}

function existingNode(text: string): string {
  const path = resolve(here, text)
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path
  throw new InvalidArgumentError('No such file.')
}

function count(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1) return number
  throw new InvalidArgumentError('An integer from 1 is needed.')
}

function showProgress(section: string, contender: string, round: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Kround ${round + 1}  ${section}  ${contender}`)
}

function hideProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
}
