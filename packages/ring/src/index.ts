export type { Ring, Value } from './api.ts'
export { arrayRing } from './local/array-ring.ts'
