import { arrayRing, type Ring, type Value } from '@millrace/ring'
import { describe, expect, test } from 'vitest'
import { contract } from '../src/conformance/contract.ts'
import { type Claim, channelClaims, type Ends, type Kind, type Make } from '../src/conformance.ts'
import { everyKind } from './every-kind.ts'
import { channel, over } from './local.ts'

const make: Make = (capacity, options) => channel({ capacity, ...options })

const columns: Record<string, Kind | undefined> = {
  '1': everyKind['capacity 1'],
  '2': everyKind['capacity 2'],
  '0': everyKind['rendezvous'],
  '∞': everyKind['unbounded'],
  oldest: everyKind['drop-oldest 3'],
  newest: everyKind['drop-newest 1'],
  reject: everyKind['rendezvous reject'],
  late: everyKind['late 3'],
  clones: { make, capacity: 2, clonesReceivers: true },
  one: { make, capacity: 2, oneSender: true },
}

/** What claims need, how many need just that, and the kinds that keep them. */
const keptBy = [
  'bounded (1): 1 2 oldest newest late clones one',
  'bounded, local (1): 1 2 oldest newest clones one',
  'buffers (12): 1 2 ∞ oldest newest late clones one',
  'buffers, local (2): 1 2 ∞ oldest newest clones one',
  'drop-newest (2): newest',
  'drop-oldest (5): oldest',
  'drop-oldest, local (1): oldest',
  'drop-oldest, several, local (1): oldest',
  'fills (1): 0 1 2 newest reject late clones one',
  'fills, bounded, several, local (1): 2 clones one',
  'fills, buffers (1): 1 2 newest late clones one',
  'local (3): 0 1 2 ∞ oldest newest reject clones one',
  'lossless (4): 0 1 2 ∞ late clones one',
  'many receivers (4): clones',
  'many receivers, local (1): clones',
  'many senders (3): 0 1 2 ∞ oldest newest reject late clones',
  'many senders, bounded (3): 1 2 oldest newest late clones',
  'many senders, buffers (5): 1 2 ∞ oldest newest late clones',
  'many senders, lossless (1): 0 1 2 ∞ late clones',
  'many senders, several (2): 2 ∞ oldest late clones',
  'many senders, waits (1): 0 1 2 late clones',
  'many senders, waits, buffers (4): 1 2 late clones',
  'many senders, waits, several (2): 2 late clones',
  'nothing (30): 0 1 2 ∞ oldest newest reject late clones one',
  'one receiver (2): 0 1 2 ∞ oldest newest reject late one',
  'reject (2): reject',
  'rendezvous (4): 0 reject',
  'rendezvous, waits (2): 0',
  'several (2): 2 ∞ oldest late clones one',
  'unbounded (2): ∞',
  'waits (12): 0 1 2 late clones one',
  'waits, bounded, local (1): 1 2 clones one',
  'waits, bounded, several, local (1): 2 clones one',
  'waits, local (5): 0 1 2 clones one',
  'waits, several, local (1): 2 clones one',
]

describe('the suite', () => {
  test('asks of a kind the claims that follow from what is said of it', () => {
    const lists = Object.entries(columns).map(([name, kind]) => [name, channelClaims(kind as Kind)] as const)
    const same = (a: Pick<Claim, 'needs'>, b: Pick<Claim, 'needs'>) => a.needs.join() === b.needs.join()
    const rows = contract
      .filter((clause, index) => contract.findIndex((other) => same(clause, other)) === index)
      .map((row) => {
        const claims = contract.filter((clause) => same(clause, row)).length
        const kept = lists.filter(([, list]) => list.some((claim) => same(claim, row))).map(([name]) => name)
        return `${row.needs.join(', ') || 'nothing'} (${claims}): ${kept.join(' ')}`
      })
    expect(rows.sort()).toEqual(keptBy)
  })

  test('names every claim once', () => {
    expect(new Set(contract.map(({ verb, claim }) => `${verb} ${claim}`)).size).toBe(contract.length)
  })

  test('takes a bare factory as one of bounded channels of capacity 2', () => {
    const names = (claims: Claim[]) => claims.map(({ claim }) => claim)
    expect(names(channelClaims(make))).toEqual(names(channelClaims({ make, capacity: 2 })))
  })

  test.each([
    [{ capacity: 2 }, 'make: expected a function, got undefined'],
    [{ make, capacity: -1 }, 'capacity: expected an integer from 0, or Infinity, got -1'],
    [{ make, capacity: 0, overflow: 'drop-oldest' }, 'overflow: a rendezvous holds nothing'],
  ])('refuses the kind %o', (kind, message) => {
    expect(() => channelClaims(kind as Kind)).toThrow(message)
  })

  test('releases what the channel stands on, also when the claim does not hold', async () => {
    let released = 0
    const broken: Make = () => ({ ...channel<Value>({ capacity: 5 }), release: () => released++ })
    const outcomes = await Promise.allSettled(
      channelClaims({ make: broken, capacity: 2, deadlineMs: 200 }).map(({ run }) => run()),
    )
    expect([released, outcomes.some(({ status }) => status === 'rejected')]).toEqual([outcomes.length, true])
  })
})

/** Channels with one thing wrong each, what is said of them, and a claim that must not hold for them. */
const mutants: Record<string, Kind & { readonly fails: string }> = {
  'holds one value too many': {
    make: (capacity, options) => channel({ capacity: capacity + 1, ...options }),
    capacity: 2,
    fails: 'waits while the channel is full, exactly from capacity on',
  },
  'gives the newest value first': {
    make: (capacity) => over(stack(capacity)),
    capacity: 2,
    fails: 'takes values in the order they were sent',
  },
  'loses what is queued at close': {
    make: changed(({ sender, receiver }) => {
      const close = sender.close.bind(sender)
      sender.close = (error) => {
        while (receiver.tryReceive() !== undefined);
        close(error)
      }
    }),
    capacity: 2,
    fails: 'delivers values sent before it, then resolves undefined',
  },
  'keeps its close error to itself': {
    make: changed(({ sender }) => {
      const close = sender.close.bind(sender)
      sender.close = () => close()
    }),
    capacity: 2,
    fails: 'gives its error to receivers that wait',
  },
  'ignores abort': {
    make: changed(({ sender }) => {
      const send = sender.send.bind(sender)
      sender.send = (value) => send(value)
    }),
    capacity: 2,
    fails: 'before the call rejects at once, takes nothing and sends nothing',
  },
  'forgets whom to wake': {
    make: changed(({ receiver }) => {
      const receive = receiver.receive.bind(receiver)
      receiver.receive = (options) => (receiver.length > 0 ? receive(options) : new Promise(() => {}))
    }),
    capacity: 2,
    fails: 'waits while the channel is empty',
  },
  'is a rendezvous that keeps a value': {
    make: () => channel({ capacity: 1 }),
    capacity: 0,
    fails: 'completes a send when its value is received, not before',
  },
  'is said to be unbounded and is not': {
    make: () => channel({ capacity: 4_000 }),
    capacity: Number.POSITIVE_INFINITY,
    fails: 'answers sent however much is there',
  },
  'drops the oldest and tells nobody': {
    make: (capacity, { overflow }) => channel({ capacity, overflow }),
    capacity: 2,
    overflow: 'drop-oldest',
    fails: 'makes room for the new value and tells onDrop of the old one',
  },
  'drops the oldest for the newest': {
    make: (capacity, { onDrop }) => channel({ capacity, onDrop, overflow: 'drop-oldest' }),
    capacity: 2,
    overflow: 'drop-newest',
    fails: 'drops what is sent to a full channel and tells onDrop',
  },
  'waits where it was told to reject': {
    make: (capacity, { onDrop }) => channel({ capacity, onDrop }),
    capacity: 2,
    overflow: 'reject',
    fails: 'rejects with FullError, which carries the value',
  },
  'serves the receiver that came last': {
    make: changed(({ sender, receiver }) => {
      const waiting: ((value: Value) => void)[] = []
      receiver.receive = () => new Promise((resolve) => waiting.push(resolve))
      sender.send = async (value) => waiting.pop()?.(value)
    }),
    capacity: 2,
    local: false,
    fails: 'serves waiting receivers in the order they began',
  },
}

describe('the suite catches a channel that', () => {
  test.each(Object.entries(mutants))('%s', async (_, { fails, ...kind }) => {
    const claim = channelClaims({ ...kind, deadlineMs: 200 }).find(({ claim }) => claim === fails)
    await expect(claim?.run()).rejects.toThrow(/expected/)
  })
})

function changed(change: (ends: { sender: Ends['sender']; receiver: Ends['receiver'] }) => void): Make {
  return (capacity, options) => {
    const both = channel<Value>({ capacity, ...options })
    change(both)
    return both
  }
}

function stack(capacity: number): Ring<Value> {
  const values: Value[] = []
  const ring = arrayRing<Value>(capacity)
  return {
    capacity,
    get length() {
      return values.length
    },
    push: (value) => values.length < capacity && values.push(value) > 0,
    pop: () => values.pop(),
    popMany: (max) => values.splice(-max).reverse(),
    pushMany: ring.pushMany.bind(ring),
  }
}
