export type * from './api.ts'
export type * from './http/api.ts'
export { createMonitor } from './http/monitor.ts'
export { createServer } from './server.ts'
