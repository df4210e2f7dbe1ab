import { listed, wrapped } from '@millrace/command'
import { DEFAULT_LIMITS, type Limits } from '../limits.ts'

/** Where it listens and for how long it ends, if nothing is said. */
export const DEFAULTS: {
  readonly host: string
  readonly port: number
  readonly httpHost: string
  readonly httpPort: number
  readonly graceMs: number
} = { host: '127.0.0.1', port: 7411, httpHost: '127.0.0.1', httpPort: 7412, graceMs: 5000 }

/** Limits of the server, and what the help says of each. */
export const LIMITS: { readonly [Name in keyof Limits]: string } = {
  maxConnections: 'connections in total',
  maxConnectionsPerAddress: 'connections of one address',
  maxRequests: 'unanswered requests of a connection: receives that wait, sends that may wait, others, so many of each',
  maxRequestBytes: 'of each of these',
  maxFrameBytes: 'of one request',
  maxAnswerBytes: 'of messages of one receive',
  maxUnreadBytes: 'of answers that a connection has not read',
  maxBufferedBytes: 'of requests and answers in all',
  greetingMs: 'a client may take to greet',
  quietMs: 'of silence before a connection is asked',
  slowMs: 'a client may read nothing',
}

/** The option for a limit: `max-frame-bytes` for `maxFrameBytes`. */
export function optionOf(limit: string): string {
  return limit.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

type Entries = readonly (readonly [option: string, text: string])[]

const QUEUES: Entries = [
  ['--path <folder>', 'where the queues are kept; made if it is not there. :memory: keeps them in memory only'],
  [
    '--sync <when>',
    'when a change is answered: always, when it is on disk; a number of milliseconds, it is on disk so much later at most; never, it is on disk when the system likes (default: always)',
  ],
  ['--memory-bytes <n>', 'bytes of bodies that are also kept in memory'],
  ['--segment-bytes <n>', 'bytes of one file of the log'],
]

const PLACES: Entries = [
  ['--host <address>', `where to listen (default: ${DEFAULTS.host}, this machine only)`],
  ['-p, --port <n>', `at which port; 0 picks a free one (default: ${DEFAULTS.port})`],
  [
    '--http-host <address>',
    `where the page, /metrics and /health are (default: ${DEFAULTS.httpHost}, this machine only)`,
  ],
  ['--http-port <n>', `at which port (default: ${DEFAULTS.httpPort})`],
  ['--no-http', 'nowhere'],
  [
    '--name <name>',
    'of HTTP only: at an address of this machine a request is answered if its Host is localhost, such an address or this name, as the one a proxy passes on; any number of times',
  ],
]

const SAFETY: Entries = [
  [
    '--token-file <file>',
    'who is let in: JSON such as [{"token": "…", "queues": ["mail", "jobs.*"], "rights": ["send", "receive", "manage"]}] with tokens of 16 characters or more; without queues it is for all, without rights for everything',
  ],
  ['--tls-key <file>', 'with --tls-cert: speaks TLS everywhere; PEM'],
  ['--tls-cert <file>', 'the certificate of that key'],
  ['--unsafe <what>', 'at an address that other machines reach, allows no-tokens or no-tls; once for each'],
]

const BOUNDS: Entries = [
  [
    '--grace-ms <n>',
    `after a signal: how long requests may take that are being answered (default: ${DEFAULTS.graceMs})`,
  ],
  ...Object.entries(LIMITS).map(([name, what]) => {
    return [`--${optionOf(name)} <n>`, `${what} (default: ${DEFAULT_LIMITS[name as keyof Limits]})`] as const
  }),
  ['-h, --help', 'show this'],
  ['-v, --version', 'show the version'],
]

const ENDING = `The first SIGINT or SIGTERM ends it: no connection and no request is accepted, waiting receives and sends end without
an effect, other requests are answered, the queues are closed. The second ends it at once; what was answered as safe is safe all the same.`

const EXITS = `Exit codes: 0 ended, and all requests were answered; 1 it could not start, the disk failed at the end, or connections
were cut when the grace was over; 2 the arguments make no sense.`

/** What `--help` prints, in so many columns. */
export function helpText(columns: number): string {
  const paragraphs = [
    wrapped('Usage: millrace-queue-server --path <folder> [options]', columns),
    wrapped('Serves durable message queues over TCP, and a page and metrics of them over HTTP.', columns),
    ...[QUEUES, PLACES, SAFETY, BOUNDS].map((entries) => listed(entries, columns)),
    wrapped(ENDING, columns),
    wrapped(EXITS, columns),
  ]
  return `${paragraphs.join('\n\n')}\n`
}
