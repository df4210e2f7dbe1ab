import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ClosedError } from '../src/index.ts'
import { channel, idle } from './local.ts'

const step = fc.record({
  verb: fc.constantFrom('send', 'send', 'trySend', 'receive', 'receive', 'tryReceive', 'receiveMany', 'abort', 'turn'),
  pick: fc.nat(20),
})
const ending = fc.constantFrom('sender.close', 'receiver.close', 'dispose senders')

/** What became of a call, in the order of the calls: a list of values for receives, the fate of the value for sends. */
type Outcome<R> = { controller: AbortController; done: Promise<R> }

test('every accepted value is received once, in order, by the receivers in their order, and nobody is left waiting', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(step, { maxLength: 80 }),
      ending,
      async (capacity, steps, end) => {
        const { sender, receiver } = channel<number>({ capacity })
        const sends: Outcome<number | undefined>[] = []
        const receives: Outcome<number[]>[] = []
        for (const [value, { verb, pick }] of steps.entries()) {
          const controller = new AbortController()
          const { signal } = controller
          if (verb === 'send') {
            const done = sender.send(value, { signal }).then(
              () => value,
              (error) => {
                if (error instanceof ClosedError) expect(error.value).toBe(value)
                else expect(error).toBe('enough')
                return undefined
              },
            )
            sends.push({ controller, done })
          } else if (verb === 'trySend') {
            sends.push({ controller, done: Promise.resolve(sender.trySend(value) === 'sent' ? value : undefined) })
          } else if (verb === 'receive' || verb === 'receiveMany') {
            const done =
              verb === 'receive' ? receiver.receive({ signal }) : receiver.receiveMany(1 + (pick % 3), { signal })
            receives.push({
              controller,
              done: done.then(
                (got) => (got === undefined ? [] : [got].flat()),
                (error) => {
                  expect(error).toBe('enough')
                  return []
                },
              ),
            })
          } else if (verb === 'tryReceive') {
            const value = receiver.tryReceive()
            receives.push({ controller, done: Promise.resolve(value === undefined ? [] : [value]) })
          } else if (verb === 'abort') {
            const calls = pick % 2 ? sends : receives
            calls[pick % (calls.length || 1)]?.controller.abort('enough')
          } else await idle()
          expect(receiver.length).toBeLessThanOrEqual(capacity)
        }
        if (end === 'sender.close') sender.close()
        else if (end === 'receiver.close') receiver.close()
        else sender[Symbol.dispose]()
        receives.push({ controller: new AbortController(), done: drain() })
        async function drain(): Promise<number[]> {
          const values: number[] = []
          for await (const value of receiver) values.push(value)
          return values
        }
        const sent = (await Promise.all(sends.map(({ done }) => done))).filter((value) => value !== undefined)
        const received = (await Promise.all(receives.map(({ done }) => done))).flat()
        expect(received).toEqual(sent)
      },
    ),
    { numRuns: 1000 },
  )
})
