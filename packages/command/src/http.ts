export { isHostName, isLoopback, whyForeign } from './http/names.ts'
export { type Family, METRICS_TYPE, metricsText } from './http/prometheus.ts'
