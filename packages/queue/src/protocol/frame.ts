/**
 * What goes over the wire, in both directions. Numbers are big-endian.
 *
 *     ┌─────────────┬──────────┬──────────────┬───────────┐
 *     │ length: u32 │ kind: u8 │ request: u32 │ payload … │    length counts what comes after it
 *     └─────────────┴──────────┴──────────────┴───────────┘
 *
 *     client ── hello { version, token, … } ───────────▶ server
 *     client ◀── welcome { version, limits, … } ──────── server
 *     client ── send 7, receive 8, ack 9, … ───────────▶ server    of each lane as many as the welcome allows, before an answer
 *     client ◀── outcome 9, ids 7, … messages 8 ──────── server    in any order
 *     client ── cancel 8 ──────────────────────────────▶ server    8 is answered `cancelled`; or as ever, if it was too late
 *     client ◀── goodbye { error } ───────────────────── server    no request is taken any more; then the connection ends
 *
 * INVARIANT  each request is answered once; only `messages` may take several frames, all but the last with `isMore`.
 * INVARIANT  the client picks the number of a request, and does not use it again before the answer. 0 is none.
 * INVARIANT  an answer gives back the credit that its request took: one request of its lane (`lane.ts`), and the bytes of its frame.
 */
export const Kind = {
  hello: 1,
  welcome: 2,
  ping: 3,
  pong: 4,
  cancel: 5,
  goodbye: 6,

  send: 16,
  sendMany: 17,
  trySend: 18,
  receive: 19,
  ack: 20,
  nack: 21,
  extend: 22,
  ackMany: 23,

  create: 32,
  delete: 33,
  list: 34,
  stats: 35,
  pause: 36,
  resume: 37,
  peek: 38,
  purge: 39,
  redrive: 40,

  ids: 128,
  full: 129,
  messages: 130,
  outcome: 131,
  value: 132,
  failure: 133,
  cancelled: 134,
  outcomes: 135,
} as const

/** Bytes of the length. */
export const LENGTH_BYTES = 4

/** Bytes of kind and request. */
export const HEAD_BYTES = 5
