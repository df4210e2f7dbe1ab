export { config as default } from '../../tooling/vitest.ts'
