import type { Claim } from './api.ts'
import { carrying } from './carrying.ts'
import { closing } from './closing.ts'
import { connecting } from './connecting.ts'
import { conserving } from './conserving.ts'
import { consuming } from './consuming.ts'
import { crowding } from './crowding.ts'
import { deadLettering } from './dead-lettering.ts'
import { deduplicating } from './deduplicating.ts'
import { expiring } from './expiring.ts'
import { filling } from './filling.ts'
import { leasing } from './leasing.ts'
import { looking } from './looking.ts'
import { making } from './making.ts'
import { misuse } from './misuse.ts'
import type { Proof } from './needs.ts'
import { outliving } from './outliving.ts'
import { pausing } from './pausing.ts'
import { purging } from './purging.ts'
import { receiving } from './receiving.ts'
import { sending } from './sending.ts'
import { waiting } from './waiting.ts'

/** A claim that no kind was chosen for. */
export type Clause = Omit<Claim, 'run'> & { readonly proof: Proof }

/** All claims there are, whatever they need. */
export const contract: readonly Clause[] = [
  making,
  sending,
  carrying,
  filling,
  deduplicating,
  receiving,
  waiting,
  leasing,
  deadLettering,
  expiring,
  pausing,
  looking,
  purging,
  consuming,
  closing,
  misuse,
  crowding,
  conserving,
  connecting,
  outliving,
].flatMap((claims) =>
  Object.entries(claims).flatMap(([verb, proofs]) =>
    Object.entries(proofs).map(([claim, proof]) => ({
      verb,
      claim,
      ...(typeof proof === 'function' ? { needs: [], proof } : proof),
    })),
  ),
)
