import type { Option } from './arguments.ts'

/** Options that every verb takes. */
export const COMMON: readonly Option[] = [
  { name: 'url', value: '<url>', help: 'the server (default: $MILLRACE_QUEUE_URL, or millrace://127.0.0.1:7411)' },
  { name: 'path', value: '<folder>', help: 'a folder with queues instead, which no server has open' },
  {
    name: 'sync',
    value: '<when>',
    help: 'with --path, when a change is on disk: always, never, or after so many milliseconds',
  },
  { name: 'token-file', value: '<file>', help: 'what the server wants to know (default: $MILLRACE_QUEUE_TOKEN)' },
  { name: 'ca-file', value: '<file>', help: 'with millraces://, who has signed the certificate of the server; PEM' },
  { name: 'json', help: 'a line of JSON for each result, as in a pipe' },
  { name: 'no-json', help: 'text, as on a terminal' },
  { name: 'help', short: 'h', help: 'show this' },
  { name: 'version', short: 'v', help: 'show the version' },
]
