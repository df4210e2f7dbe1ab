export type { Ring, Value } from './api.ts'
export { arrayRing } from './local/array-ring.ts'
export { refuseUndefined } from './local/refuse-undefined.ts'
export { segmentRing } from './local/segment-ring.ts'
