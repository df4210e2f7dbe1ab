export { kernel } from './generated/javascript.ts'
