import type { Claim } from './api.ts'
import { choosing } from './choosing.ts'
import { ending } from './ending.ts'
import { givingUp } from './giving-up.ts'
import { holding } from './holding.ts'
import { measuring } from './measuring.ts'
import type { Proof } from './needs.ts'
import { overflowing } from './overflowing.ts'
import { receiving } from './receiving.ts'
import { sending } from './sending.ts'

/** A claim that no kind was chosen for. */
export type Clause = Omit<Claim, 'run'> & { readonly proof: Proof }

/** All claims there are, whatever they need. */
export const contract: readonly Clause[] = [
  sending,
  receiving,
  choosing,
  holding,
  overflowing,
  measuring,
  givingUp,
  ending,
].flatMap((claims) =>
  Object.entries(claims).flatMap(([verb, proofs]) =>
    Object.entries(proofs).map(([claim, proof]) => ({
      verb,
      claim,
      ...(typeof proof === 'function' ? { needs: [], proof } : proof),
    })),
  ),
)
