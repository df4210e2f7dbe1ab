import workerpool from 'workerpool'
import { add, echo, increment, touch, turn, work } from './tasks.ts'

workerpool.worker({ add, echo, increment, touch, turn, work })
