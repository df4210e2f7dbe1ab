export { config as default } from './vitest.ts'
