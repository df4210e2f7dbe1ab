import type { Contender } from '../contender.ts'
import { chanDrives } from './ts-chan.ts'

/** `Chan` of ts-chan with `unsafe = true`. */
export const contender: Contender = {
  name: 'ts-chan-unsafe',
  kind: 'peer',
  note: 'as ts-chan, but never gives way to timers and sockets',
  drives: chanDrives(true),
}
