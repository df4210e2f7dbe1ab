import { createSecureContext } from 'node:tls'
import { readText, reasonOf } from '@millrace/command'
import type { TokenRule } from '../api.ts'
import { checkTokens } from '../options.ts'

/** Key and certificate, in PEM. */
export interface KeyAndCert {
  readonly key: string
  readonly cert: string
}

/** Reads who is let in. What it throws tells nothing that is in the file. */
export function readTokens(file: string): TokenRule[] {
  let rules: unknown
  const text = readText('--token-file', file)
  try {
    rules = JSON.parse(text)
  } catch {
    throw new Error(`--token-file: ${file} is not JSON`)
  }
  try {
    checkTokens(`--token-file: ${file}`, rules as TokenRule[])
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error })
  }
  return rules as TokenRule[]
}

/** Reads a key and its certificate, and tries them. */
export function readTls(files: KeyAndCert): KeyAndCert {
  const tls = { key: readText('--tls-key', files.key), cert: readText('--tls-cert', files.cert) }
  try {
    createSecureContext(tls)
  } catch (error) {
    throw new Error(`--tls-key and --tls-cert: they are no key and its certificate: ${reasonOf(error)}`, {
      cause: error,
    })
  }
  return tls
}
