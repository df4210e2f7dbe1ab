import { show } from '@millrace/notify'
import { currentOf, isAdjustable } from '../adjustable.ts'
import type { Retry, StageOptions } from '../api.ts'
import { checkCount, checkFunction, checkMs, checkName, checkNumber, checkOptions, checkSender } from '../options.ts'
import type { Host, Place, StagePlan } from '../plan.ts'
import { isThenable } from '../thenable.ts'
import { withAttempts } from './attempts.ts'
import { type Call, type CallSettings, CallStage } from './call.ts'
import { TrackedCallStage } from './tracked-call.ts'

/** What a verb says of its stage; the rest is in the options. */
export interface CallVerb extends Pick<CallSettings, 'call' | 'ifUndefined'> {
  readonly verb: string
  /** The name if none is given. */
  readonly name: string
  /** The concurrency if none is given. */
  readonly concurrency: number
  /** The options this verb knows. */
  readonly options: readonly string[]
  /** What leaves, by what the function gives and its item; absent if that itself does. Never throws. */
  readonly outcome?: CallSettings['outcome']
  /** What is made of the call and all its attempts. */
  readonly wrap?: (call: Call) => Call
}

/** The options that every stage with a call has. */
export const STAGE_OPTIONS: readonly string[] = [
  'concurrency',
  'ordered',
  'name',
  'keyBy',
  'retry',
  'timeoutMs',
  'deadLetter',
]

const RETRY_OPTIONS: readonly string[] = ['times', 'delayMs', 'factor', 'maxDelayMs', 'jitter', 'when']

/** The plan of a stage that calls a function; checks the options. */
export function callPlan(verb: CallVerb, options: StageOptions<never> | undefined): StagePlan {
  checkOptions(verb.verb, options, verb.options)
  const { concurrency = verb.concurrency, ordered = true, name = verb.name } = options ?? {}
  const { keyBy, retry, timeoutMs, deadLetter } = options ?? {}
  if (!isAdjustable(concurrency)) checkCount(`${verb.verb}: concurrency`, concurrency, 1)
  if (typeof ordered !== 'boolean')
    throw new TypeError(`${verb.verb}: ordered: expected a boolean, got ${show(ordered)}`)
  checkName(verb.verb, name)
  if (keyBy !== undefined) checkFunction(`${verb.verb}: keyBy`, keyBy)
  if (retry !== undefined) checkRetry(verb.verb, retry)
  if (timeoutMs !== undefined) checkMs(`${verb.verb}: timeoutMs`, timeoutMs)
  if (deadLetter !== undefined) checkSender(`${verb.verb}: deadLetter`, deadLetter)
  const attempted = withAttempts(verb.call, { retry, timeoutMs, deadLetter })
  const call = verb.outcome === undefined ? attempted : withOutcome(attempted, verb.outcome)
  const settings: CallSettings = {
    call: verb.wrap?.(call) ?? call,
    outcome: verb.outcome,
    ifUndefined: verb.ifUndefined,
    concurrency,
    ordered,
    keyBy,
  }
  const calls = { concurrency: currentOf(concurrency), ordered }
  return { name, buffer: 0, calls, open: (host, place) => openCall(settings, host, place) }
}

/** A call whose result is read if it is there at once. The stage reads that of a promise, which saves another promise. */
function withOutcome(call: Call, outcome: (result: unknown, item: unknown) => unknown): Call {
  return (item, index, stage) => {
    const result = call(item, index, stage)
    return isThenable(result) ? Promise.resolve(result) : outcome(result, item)
  }
}

function openCall(settings: CallSettings, host: Host, place: Place): CallStage {
  const { lineage } = place
  return lineage === undefined
    ? new CallStage(settings, host, place)
    : new TrackedCallStage(settings, host, place, lineage)
}

function checkRetry(verb: string, retry: Retry): void {
  checkOptions(`${verb}: retry`, retry, RETRY_OPTIONS)
  const { times, delayMs, factor, maxDelayMs, jitter, when } = retry
  checkCount(`${verb}: retry.times`, times, 1)
  if (delayMs !== undefined) checkNumber(`${verb}: retry.delayMs`, delayMs, 0)
  if (maxDelayMs !== undefined) checkMs(`${verb}: retry.maxDelayMs`, maxDelayMs)
  if (factor !== undefined) checkNumber(`${verb}: retry.factor`, factor, 1)
  if (jitter !== undefined) checkNumber(`${verb}: retry.jitter`, jitter, 0, 1)
  if (when !== undefined) checkFunction(`${verb}: retry.when`, when)
}
