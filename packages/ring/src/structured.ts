export { structured } from './codec/structured.ts'
