import workerpool from 'workerpool'
import { echo, increment, touch, work } from './tasks.ts'

workerpool.worker({ echo, increment, touch, work })
