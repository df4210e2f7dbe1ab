export type * from './api.ts'
export { connectQueues } from './connect.ts'
