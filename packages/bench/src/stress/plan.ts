import { type Random, random } from '../random.ts'
import { FORMS, type Form } from './payload.ts'

/** How a round ends: what makes the channel close, while threads still die. */
type Ending = 'producers stop' | 'sender closes' | 'producers die' | 'receiver closes' | 'consumers die'

/** Who is killed. */
type Victims = 'producers' | 'consumers' | 'both'

/** All that chance decides of a round, except for when exactly what happens. */
export interface Plan {
  readonly seed: number
  readonly form: Form
  readonly capacity: number
  readonly producers: number
  readonly consumers: number
  /** What the main thread does beside killing, without ever blocking. */
  readonly main: 'nothing' | 'sends' | 'receives'
  readonly kills: number
  readonly victims: Victims
  readonly ending: Ending
}

/** The plan of a round. */
export function planOf(seed: number): Plan {
  const chance: Random = random(seed)
  const ending = chance.of<Ending>([
    'producers stop',
    'sender closes',
    'producers die',
    'receiver closes',
    'consumers die',
  ])
  return {
    seed,
    form: chance.of(FORMS),
    capacity: chance.of([1, 2, 3, 7, 64, 1000]),
    producers: 1 + chance.below(4),
    consumers: 1 + chance.below(4),
    main: chance.of(['nothing', 'nothing', 'sends', ending === 'consumers die' ? 'nothing' : 'receives']),
    kills: 1 + chance.below(16),
    victims: chance.of(['producers', 'consumers', 'both']),
    ending,
  }
}
