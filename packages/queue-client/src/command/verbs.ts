import type { Verb } from './verb.ts'
import { bench } from './verbs/bench.ts'
import { create } from './verbs/create.ts'
import { deleteQueue } from './verbs/delete.ts'
import { ack, extend, nack } from './verbs/lease.ts'
import { list } from './verbs/list.ts'
import { pause, resume } from './verbs/pause.ts'
import { peek } from './verbs/peek.ts'
import { purge } from './verbs/purge.ts'
import { receive } from './verbs/receive.ts'
import { redrive } from './verbs/redrive.ts'
import { send } from './verbs/send.ts'
import { stats } from './verbs/stats.ts'
import { tail } from './verbs/tail.ts'

/** What the command can be told to do, in the order of the help. */
export const VERBS: readonly Verb[] = [
  create,
  deleteQueue,
  list,
  stats,
  send,
  receive,
  ack,
  nack,
  extend,
  peek,
  tail,
  pause,
  resume,
  purge,
  redrive,
  bench,
]
