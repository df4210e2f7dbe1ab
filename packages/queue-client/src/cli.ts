#!/usr/bin/env node
/** The command `millrace-queue`. */
import { readFileSync } from 'node:fs'
import { main } from './command/main.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

main(process.argv.slice(2), version).then((exitCode) => {
  process.exitCode = exitCode
})
