/** Asks one pool one question in this process, and prints the answer: its arguments are the pool and the number of the question. */
import { POOLS } from './pools.ts'
import { PROBES } from './probes.ts'

const [name = '', number = ''] = process.argv.slice(2)
const make = POOLS[name]
const probe = PROBES[Number(number)]
if (make === undefined || probe === undefined) throw new RangeError(`no pool ${name}, or no question ${number}`)

const pool = make(probe.threads)
const answer = await probe.ask(pool).then(
  () => 'passes',
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
)
process.stdout.write(`${answer}\n`)
if (probe.isLeftOpen !== true) process.exit(0)
