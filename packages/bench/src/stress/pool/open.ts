import { openHttp } from './http.ts'
import { openLocal } from './local.ts'
import { NaivePool } from './naive.ts'
import type { Implementation, Plan } from './plan.ts'
import { openShared } from './shared.ts'
import type { Ground } from './subject.ts'

const OPENERS: Readonly<Record<Implementation, (plan: Plan) => Promise<Ground>>> = {
  async naive({ capacity }) {
    const pool = new NaivePool(capacity)
    return { subject: () => pool, close: async () => {} }
  },
  heap: async ({ capacity }) => openLocal('heap', capacity),
  bucket: async ({ capacity }) => openLocal('buckets', capacity),
  shared: ({ capacity, payloadBytes }) => openShared({ capacity, payloadBytes: payloadBytes.most }),
  http: ({ capacity, httpPort }) => openHttp(capacity, httpPort),
}

/** Makes the pool that a plan speaks of. */
export function open(plan: Plan): Promise<Ground> {
  return OPENERS[plan.implementation](plan)
}
