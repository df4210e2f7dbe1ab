import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { MARKUP } from './markup.ts'
import { ACTIONS } from './script/actions.ts'
import { DETAIL } from './script/detail.ts'
import { FIGURES } from './script/figures.ts'
import { POLL } from './script/poll.ts'
import { TABLE } from './script/table.ts'
import { STYLE } from './style.ts'

const SCRIPT: string = [FIGURES, TABLE, DETAIL, ACTIONS, POLL].join('\n')

/** The whole page: it needs nothing from anywhere, and holds no figure of any queue. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Queues</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
${MARKUP}
<script type="module">${SCRIPT}</script>
</body>
</html>
`

/** Nothing runs in the page and nothing styles it but what is in it, word for word; it speaks to nobody but its server. */
const POLICY: string = [
  "default-src 'none'",
  `script-src '${hashOf(SCRIPT)}'`,
  `style-src '${hashOf(STYLE)}'`,
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** `GET /`: the page of the operator. */
export function pageRoute(app: FastifyInstance): void {
  app.get('/', (_, reply) =>
    reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(PAGE),
  )
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
