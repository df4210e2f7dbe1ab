/** Stages that let some of the items through. */
import { show } from '@millrace/notify'
import type { DedupeOptions, NameOptions, WindowOptions } from '../api.ts'
import { atOnce, checkCount, checkFunction } from '../options.ts'
import type { StagePlan } from '../plan.ts'
import { flowPlan } from './flow.ts'

/** The first `count` items; then nothing before is wanted any more. */
export function takePlan(count: number, options: NameOptions | undefined, position: number): StagePlan {
  checkCount('take: count', count, 0)
  return flowPlan({
    verb: 'take',
    options,
    position,
    isCut: true,
    make() {
      let left = count
      return {
        take(item, emit) {
          left--
          emit(item)
        },
        get satisfied() {
          return left === 0
        },
      }
    },
  })
}

/** The items up to the first that is not meant. */
export function takeWhilePlan(
  isMeant: (item: never, index: number) => unknown,
  options: NameOptions | undefined,
  position: number,
): StagePlan {
  checkFunction('takeWhile: fn', isMeant)
  return flowPlan({
    verb: 'takeWhile',
    options,
    position,
    isCut: true,
    make() {
      let index = 0
      let satisfied = false
      return {
        take(item, emit) {
          if (atOnce('takeWhile: fn', isMeant(item as never, index++))) emit(item)
          else satisfied = true
        },
        get satisfied() {
          return satisfied
        },
      }
    },
  })
}

/** The items behind the first `count`. */
export function skipPlan(count: number, options: NameOptions | undefined, position: number): StagePlan {
  checkCount('skip: count', count, 0)
  return flowPlan({
    verb: 'skip',
    options,
    position,
    make() {
      let left = count
      return {
        take(item, emit) {
          if (left === 0) emit(item)
          else left--
        },
      }
    },
  })
}

/** Each item once. */
export function dedupePlan(options: DedupeOptions<never> | undefined, position: number): StagePlan {
  const { by, last = Number.POSITIVE_INFINITY } = options ?? {}
  if (by !== undefined) checkFunction('dedupe: by', by)
  if (last !== Number.POSITIVE_INFINITY) checkCount('dedupe: last', last, 1)
  return flowPlan({
    verb: 'dedupe',
    options,
    known: ['by', 'last'],
    position,
    make() {
      const seen = new Set<unknown>()
      return {
        take(item, emit) {
          const key = by === undefined ? item : atOnce('dedupe: by', by(item as never))
          const isNew = !seen.delete(key)
          // Deleted and added: it is the last one met.
          seen.add(key)
          if (seen.size > last) seen.delete(seen.values().next().value)
          if (isNew) emit(item)
        },
      }
    },
  })
}

/** Arrays of `size` items next to each other. */
export function windowPlan(size: number, options: WindowOptions | undefined, position: number): StagePlan {
  checkCount('window: size', size, 1)
  const { step = 1 } = options ?? {}
  checkCount('window: step', step, 1)
  return flowPlan({
    verb: 'window',
    options,
    known: ['step'],
    position,
    make() {
      let items: unknown[] = []
      let toSkip = 0
      return {
        take(item, emit) {
          if (toSkip > 0) {
            toSkip--
            return
          }
          items.push(item)
          if (items.length < size) return
          emit(items)
          toSkip = Math.max(0, step - size)
          items = items.slice(step)
        },
      }
    },
  })
}

/** Each item with its number. */
export function enumeratePlan(start: number, options: NameOptions | undefined, position: number): StagePlan {
  if (!Number.isSafeInteger(start)) throw new RangeError(`enumerate: start: expected an integer, got ${show(start)}`)
  return flowPlan({
    verb: 'enumerate',
    options,
    position,
    make() {
      let index = start
      return { take: (item, emit) => emit([index++, item]) }
    },
  })
}
