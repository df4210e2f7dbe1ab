export { type Moved, move, type TaskContext, task } from './thread/context.ts'
