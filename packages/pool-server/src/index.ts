export type {
  PoolLimits,
  PoolRoutesOptions,
  PoolServer,
  PoolServerOptions,
  ServedPool,
  StopOptions,
  Submission,
} from './api.ts'
export { poolServer } from './pool-server.ts'
export type { RefusalBody, RefusalCode } from './refusal.ts'
export { poolRoutes } from './routes.ts'
