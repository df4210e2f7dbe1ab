import { explore } from '@millrace/interleave'
import { describe } from 'vitest'
import {
  ARENA_PARTICIPANTS,
  ENDED,
  GENERATION,
  KIND,
  KIND_NOTIFY,
  LIFE,
  NONE,
  PARKED_RECEIVERS,
  REFERENCES,
  STATE,
} from '../src/kernel/layout.ts'
import { LISTENERS, WAKE } from '../src/kernel/notify.ts'
import { type ModelRig, proves } from './model.ts'
import { OBJECT, RECORD } from './rig.ts'

const MARK = 8192
const LINE = OBJECT + PARKED_RECEIVERS

/** Where participant n counts what it has. */
function own(participant: number): number {
  return OBJECT + 768 + participant * 32 + 8
}

/** Two participants, attached to a notify with so many listeners each. */
function place({ kernel, write }: ModelRig, listeners: readonly number[] = []): void {
  write(ARENA_PARTICIPANTS, 2)
  write(OBJECT + KIND, KIND_NOTIFY)
  write(OBJECT + GENERATION, 1)
  write(OBJECT + REFERENCES, 1)
  for (const participant of [0, 1]) {
    write(RECORD + participant * 128 + LIFE, 1)
    kernel.objectAttach(OBJECT, 1, participant, 0, 0)
  }
  for (const [participant, count] of listeners.entries()) {
    for (let i = 0; i < count; i++) kernel.notifyListen(OBJECT, own(participant))
  }
}

/** Sleeps until a listener of this participant is woken; the loop of the layers above. */
function woken({ kernel, memory }: ModelRig, participant: number, by = kernel): number {
  for (;;) {
    let answer = by.notifyTake(OBJECT, own(participant))
    if (answer !== NONE) return answer
    const epoch = by.parkBegin(LINE)
    answer = by.notifyTake(OBJECT, own(participant))
    if (answer !== NONE) return answer
    memory.wait(LINE + 4, epoch)
  }
}

/** Listens, and waits. */
function wait(rig: ModelRig, participant: number): number {
  rig.kernel.notifyListen(OBJECT, own(participant))
  const answer = woken(rig, participant)
  rig.kernel.notifyUse(own(participant))
  return answer
}

function wakes({ read }: ModelRig): number {
  return read(OBJECT + STATE) >>> 16
}

function listeners({ read }: ModelRig): number {
  return read(OBJECT + STATE) & LISTENERS
}

describe('a notify', () => {
  proves(
    'wakes a listener that sleeps',
    { of: 'notifyOne', line: 'if (missing > 0) wake(object + PARKED_RECEIVERS)', becomes: '' },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => place(rig),
        actors: { notify: () => rig.kernel.notifyOne(OBJECT), wait: () => wait(rig, 0) },
        check: ({ results: { notify, wait } }) => notify === 1 && wait === 1 && wakes(rig) + listeners(rig) === 0,
      }),
  )

  proves(
    'wakes two listeners by two wakes, each once',
    {
      of: 'notifyTake',
      line: 'if (claim.tail(object, round, state, round, (state - WAKE - 1) | 0, own))',
      becomes: 'if (claim.tail(object, round, state, round, (state - 1) | 0, own))',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => place(rig, [1, 1]),
        actors: {
          notify: () => rig.kernel.notifyOne(OBJECT) + rig.kernel.notifyOne(OBJECT),
          one: () => woken(rig, 0),
          two: () => woken(rig, 1),
        },
        check: ({ results: { one, two } }) => one === 1 && two === 1 && wakes(rig) + listeners(rig) === 0,
        preemptions: 3,
      }),
  )

  proves(
    'stores at most one wake, whoever leaves',
    { of: 'notifyLeave', line: 'if (state >>> 16 > most) {', becomes: 'if (state >>> 16 > most + 1) {' },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => place(rig, [2]),
        actors: {
          one: () => rig.kernel.notifyOne(OBJECT),
          two: () => rig.kernel.notifyOne(OBJECT),
          leave: () => rig.kernel.notifyLeave(OBJECT, own(0), 1) + rig.kernel.notifyLeave(OBJECT, own(0), 1),
        },
        check: () => wakes(rig) === 1 && listeners(rig) === 0 && rig.read(own(0)) === 0,
      }),
  )

  proves(
    'gives the wake of one that leaves to the one that stays',
    {
      of: 'notifyLeave',
      line: 'const most: i32 = (state & LISTENERS) - n + 1',
      becomes: 'const most: i32 = (state & LISTENERS) - n - 1',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => place(rig, [1, 1]),
        actors: {
          notify: () => rig.kernel.notifyOne(OBJECT),
          leave: () => rig.kernel.notifyLeave(OBJECT, own(0), 1),
          stay: () => woken(rig, 1),
        },
        check: ({ results: { leave, stay } }) => leave === 1 && stay === 1 && wakes(rig) === 0,
      }),
  )

  proves(
    'wakes all who listen, and keeps the wake that is stored',
    {
      of: 'notifyAll',
      line: 'const stored: i32 = state >>> 16 > (state & LISTENERS) ? WAKE : 0',
      becomes: 'const stored: i32 = 0',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          place(rig, [1, 1])
          for (let i = 0; i < 3; i++) rig.kernel.notifyOne(OBJECT)
        },
        actors: {
          all: () => rig.kernel.notifyAll(OBJECT),
          one: () => woken(rig, 0),
          two: () => woken(rig, 1),
        },
        check: ({ results: { one, two } }) => one !== NONE && two !== NONE && wakes(rig) === 1 && listeners(rig) === 0,
      }),
  )

  proves('wakes all who sleep', { of: 'notifyAll', line: 'wake(object + PARKED_RECEIVERS)', becomes: '' }, (rig) =>
    explore({
      memory: rig.memory,
      setup: () => place(rig, [2, 1]),
      actors: {
        all: () => rig.kernel.notifyAll(OBJECT),
        one: () => woken(rig, 0),
        two: () => woken(rig, 1),
      },
      check: ({ results: { one, two } }) => one === ENDED && two === ENDED && rig.read(own(0)) === 0,
      preemptions: 3,
    }),
  )

  proves(
    'wakes nobody who came after all were woken',
    {
      of: 'notifyAll',
      line: 'const stored: i32 = state >>> 16 > (state & LISTENERS) ? WAKE : 0',
      becomes: 'const stored: i32 = state & -65536',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => {
          place(rig, [1])
          rig.kernel.notifyOne(OBJECT)
        },
        actors: {
          all: () => {
            rig.kernel.notifyAll(OBJECT)
            rig.memory.atomic.store(MARK, 1)
          },
          late: () => {
            const isLate = rig.memory.atomic.load(MARK) === 1
            rig.kernel.notifyListen(OBJECT, own(1))
            const answer = rig.kernel.notifyTake(OBJECT, own(1))
            return isLate ? answer : NONE
          },
        },
        check: ({ results: { late } }) => late === NONE,
      }),
  )
})

describe('the death of a listener', () => {
  /** Takes a wake and does not want it. */
  const refuse = (rig: ModelRig) => {
    const answer = woken(rig, 0, rig.mortal)
    rig.mortal.notifyOne(OBJECT)
    rig.mortal.notifyUse(own(0))
    return answer
  }

  proves(
    'at any step, also asleep or with a wake in hand, gives its wake to another',
    { of: 'notifyRepair', line: 'notifyOne(object)', becomes: '' },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => place(rig, [1, 1]),
        actors: {
          dies: { run: () => refuse(rig), killable: true, afterDeath: () => rig.kernel.participantRepair(0, 0, 1) },
          lives: () => {
            const answer = woken(rig, 1)
            rig.kernel.notifyOne(OBJECT) // For the other, if it is asleep.
            return answer
          },
          notify: () => rig.kernel.notifyOne(OBJECT),
        },
        check: ({ results: { lives } }) => lives === 1 && listeners(rig) === 0 && wakes(rig) <= 1,
        preemptions: 3,
      }),
  )

  proves(
    'at any step of listening and leaving is counted out',
    {
      of: 'notifyRepair',
      line: 'if (listeners !== 0) notifyLeave(object, own, listeners)',
      becomes: 'store<i32>(own, 0)',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => place(rig),
        actors: {
          dies: {
            run: () => {
              rig.mortal.notifyListen(OBJECT, own(0))
              rig.mortal.notifyListen(OBJECT, own(0))
              return rig.mortal.notifyLeave(OBJECT, own(0), 1)
            },
            killable: true,
            afterDeath: () => rig.kernel.participantRepair(0, 0, 1),
          },
          notify: () => rig.kernel.notifyOne(OBJECT) + rig.kernel.notifyOne(OBJECT),
        },
        check: ({ died }) => {
          const left = died.length > 0 ? 0 : 1
          return listeners(rig) === left && wakes(rig) >= 1 && wakes(rig) <= left + 1
        },
      }),
  )

  proves(
    'leaves the listeners of a newer round alone',
    {
      of: 'notifyRenew',
      line: 'if (load<i32>(own, OWN_ROUND) === round) return 0',
      becomes: 'if (load<i32>(own, OWN_ROUND) <= round) return 0',
    },
    (rig) =>
      explore({
        memory: rig.memory,
        setup: () => place(rig, [1]),
        actors: {
          dies: {
            run: () => rig.mortal.parkBegin(LINE),
            killable: true,
            afterDeath: () => rig.kernel.participantRepair(0, 0, 1),
          },
          renew: () => {
            rig.kernel.notifyAll(OBJECT)
            return rig.kernel.notifyListen(OBJECT, own(1))
          },
        },
        check: ({ died, results: { renew } }) =>
          renew === 1 &&
          listeners(rig) === 1 &&
          (died.length === 0 || rig.read(own(0)) === 0) &&
          rig.read(OBJECT + STATE) < WAKE,
      }),
  )
})
