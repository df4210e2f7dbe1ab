/** The command `npm run probes`: asks each pool each question in a process of its own, and prints and keeps a table of who passes. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Table from 'cli-table3'
import { environment } from '../../environment.ts'
import { POOLS } from './pools.ts'
import { PROBES } from './probes.ts'

const PATIENCE_MS = 8_000
const NEVER_SETTLES = 13
const ask = fileURLToPath(new URL('./ask.ts', import.meta.url))
const names = Object.keys(POOLS)

/** What became of a question: what was printed, or that nothing was in time, or that the process died. */
function answerOf(name: string, number: number): Promise<string> {
  const args = ['--conditions=@millrace/source', ask, name, String(number)]
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: PATIENCE_MS, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const [line = ''] = stdout.split('\n')
      if (error?.killed === true) resolve(line === 'passes' ? 'does not end' : 'hangs')
      // What Node says when nothing is left to do and something is awaited.
      else if (error?.code === NEVER_SETTLES) resolve('never settles')
      else if (error !== null) resolve(`this process died: ${reasonIn(stderr)}`)
      else resolve(line === '' ? 'ends without an answer' : line)
    })
  })
}

function reasonIn(stderr: string): string {
  return /^\w*(?:Error|Exception).*$/m.exec(stderr)?.[0] ?? 'without a word'
}

const table = new Table({
  head: ['', ...names],
  style: { head: [] },
  colWidths: [40, ...names.map(() => 22)],
  wordWrap: true,
})
const machine = await environment()
const kept: Record<string, Record<string, string>> = {}
for (const [number, { claim }] of PROBES.entries()) {
  const answers: string[] = []
  for (const name of names) answers.push(await answerOf(name, number))
  kept[claim] = Object.fromEntries(names.map((name, i) => [name, answers[i] as string]))
  table.push([claim, ...answers.map((answer) => (answer === 'passes' ? 'yes' : `no: ${answer}`))])
  if (answers[0] !== 'passes') process.exitCode = 1
}
console.log(table.toString())
const file = fileURLToPath(new URL('../../../results/probes.json', import.meta.url))
writeFileSync(file, `${JSON.stringify({ environment: machine, claims: kept }, null, 2)}\n`)
console.log(file)
