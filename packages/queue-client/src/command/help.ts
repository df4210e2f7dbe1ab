import { listed, wrapped } from '@millrace/command'
import type { Option } from './arguments.ts'
import { COMMON } from './common.ts'
import type { Verb } from './verb.ts'

const EXITS = `Exit codes: 0 done, also when Ctrl-C ended tail, bench or --follow; 1 refused or failed; 2 the arguments make no sense;
3 nothing was received; 130 interrupted; 141 nobody read the output any more.`

/** What `--help` prints without a verb, in so many columns. */
export function overview(verbs: readonly Verb[], columns: number): string {
  const paragraphs = [
    'Usage: millrace-queue [options] <verb> …',
    'Works with queues of a millrace-queue-server, or in a folder.',
    listed(
      verbs.map(({ name, summary }) => [name, summary]),
      columns,
    ),
    wrapped('Options of every verb; "millrace-queue <verb> --help" tells of its own:', columns),
    optionList(COMMON, columns),
    "  millrace-queue create mail\n  millrace-queue send mail 'hello' --header to=you\n  millrace-queue receive mail --ack",
    wrapped(
      'On a terminal results are text, in a pipe lines of JSON: a body that is text is in "body", any other in "bodyBase64".',
      columns,
    ),
    wrapped(EXITS, columns),
  ]
  return `${paragraphs.join('\n\n')}\n`
}

/** What `--help` prints for a verb, in so many columns. */
export function helpOf({ name, takes, summary, options, more }: Verb, columns: number): string {
  const paragraphs = [
    `Usage: ${`millrace-queue ${name} ${takes}`.trimEnd()} [options]`,
    wrapped(`${summary}.`, columns),
    ...(options.length === 0 ? [] : [optionList(options, columns)]),
    'Options of every verb:',
    optionList(COMMON, columns),
    ...(more === '' ? [] : [wrapped(more, columns)]),
    wrapped(EXITS, columns),
  ]
  return `${paragraphs.join('\n\n')}\n`
}

function optionList(options: readonly Option[], columns: number): string {
  const entries = options.map(({ name, value, short, help }) => {
    const head = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
    return [head, help] as const
  })
  return listed(entries, columns)
}
