import { RingBuffer } from 'ringbuf.js'
import { ends, type SharedContender } from '../contender.ts'
import { bytesOf, numbers, records } from '../payload.ts'
import type { SharedScenario } from '../scenario.ts'
import { sendEachSync, takeEachSync } from '../work.ts'

type Memory = ReturnType<typeof RingBuffer.getStorageForCapacity>

function openWords({ capacity }: SharedScenario) {
  const memory = RingBuffer.getStorageForCapacity(capacity, Uint32Array)
  return { near: { data: memory }, far: { data: memory } }
}

const words = ends<Memory, Memory>({
  open: openWords,
  near: (memory) => {
    const ring = new RingBuffer(memory, Uint32Array)
    const one = new Uint32Array(1)
    return takeEachSync(numbers(), () => {
      while (ring.pop(one, 1) === 0);
      return one[0] ?? Number.NaN
    })
  },
  far: (memory) => {
    const ring = new RingBuffer(memory, Uint32Array)
    const one = new Uint32Array(1)
    return sendEachSync(numbers(), (value) => {
      one[0] = value
      while (ring.push(one, 1) === 0);
    })
  },
})

const wordBatches = ends<Memory, Memory>({
  open: openWords,
  near: (memory, { batch }) => {
    const ring = new RingBuffer(memory, Uint32Array)
    const values = new Uint32Array(batch)
    return (items) => {
      let sum = 0
      for (let received = 0; received < items; ) {
        const count = ring.pop(values, values.length)
        received += count
        for (let i = 0; i < count; i++) sum += values[i] ?? Number.NaN
      }
      return { received: items, sum }
    }
  },
  far: (memory, { batch }) => {
    const ring = new RingBuffer(memory, Uint32Array)
    const values = new Uint32Array(batch)
    return (items) => {
      for (let first = 0; first < items; first += batch) {
        const count = Math.min(batch, items - first)
        for (let i = 0; i < count; i++) values[i] = first + i
        for (let sent = 0; sent < count; ) sent += ring.push(values, count - sent, sent)
      }
    }
  },
})

function openBytes({ capacity, payload }: SharedScenario) {
  const memory = RingBuffer.getStorageForCapacity(capacity * bytesOf(payload), Uint8Array)
  return { near: { data: memory }, far: { data: memory } }
}

/** The ring knows bytes only, so whoever moves a record waits until there is room for it, or the whole of it, first. */
const bytes = ends<Memory, Memory>({
  open: openBytes,
  near: (memory, { payload }) => {
    const ring = new RingBuffer(memory, Uint8Array)
    const record = new Uint8Array(bytesOf(payload))
    return takeEachSync(records(record.length), () => {
      while (ring.availableRead() < record.length);
      ring.pop(record, record.length)
      return record
    })
  },
  far: (memory, { payload }) => {
    const ring = new RingBuffer(memory, Uint8Array)
    return sendEachSync(records(bytesOf(payload)), (record) => {
      while (ring.availableWrite() < record.length);
      ring.push(record, record.length)
    })
  },
})

const byteBatches = ends<Memory, Memory>({
  open: openBytes,
  near: (memory, { payload, batch }) => {
    const ring = new RingBuffer(memory, Uint8Array)
    const length = bytesOf(payload)
    const { read } = records(length)
    const packed = new Uint8Array(batch * length)
    const each = Array.from({ length: batch }, (_, i) => packed.subarray(i * length, (i + 1) * length))
    return (items) => {
      let received = 0
      let sum = 0
      for (let taken = 0; taken < items; ) {
        const count = Math.min(batch, Math.floor(ring.availableRead() / length))
        if (count === 0) continue
        ring.pop(packed, count * length)
        taken += count
        for (let i = 0; i < count; i++) {
          const number = read(each[i] ?? packed)
          if (!(number >= 0)) continue
          received++
          sum += number
        }
      }
      return { received, sum }
    }
  },
  far: (memory, { payload, batch }) => {
    const ring = new RingBuffer(memory, Uint8Array)
    const length = bytesOf(payload)
    const { make } = records(length)
    const packed = new Uint8Array(batch * length)
    return (items) => {
      for (let first = 0; first < items; first += batch) {
        const count = Math.min(batch, items - first)
        for (let i = 0; i < count; i++) packed.set(make(first + i), i * length)
        for (let sent = 0; sent < count * length; ) sent += ring.push(packed, count * length - sent, sent)
      }
    }
  },
})

/** `RingBuffer` of ringbuf.js. */
export const contender: SharedContender = {
  name: 'ringbuf.js',
  kind: 'peer',
  note: 'one producer, one consumer, no waiting: both ends spin, also on the main thread',
  routes: {
    'u32-sync': words,
    'u32-batch': wordBatches,
    '64-sync': bytes,
    '64-batch': byteBatches,
    '1k-copy': bytes,
  },
}
