export type { Receiver, Value } from '@millrace/mpsc'
export type * from './api.ts'
export { from } from './pipeline.ts'
