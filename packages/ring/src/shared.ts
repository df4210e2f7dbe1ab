export type {
  Block,
  CodedHandle,
  NumberArray,
  PlaceOptions,
  RecordConsumer,
  RecordProducer,
  RecordRingHandle,
  RecordRingOptions,
  RingEnds,
  RingHandle,
  SlabRing,
  SlabRingHandle,
  SlabRingOptions,
  SlotRing,
  SlotRingHandle,
  SlotRingOptions,
  SpscBytesOptions,
  SpscConsumer,
  SpscProducer,
  SpscRingHandle,
  SpscRingOptions,
} from './shared/api.ts'
export { attachSlotRing, slotRing } from './shared/open-slot-ring.ts'
export { attachSpscConsumer, attachSpscProducer, type SpscRing, spscRing } from './shared/open-spsc-ring.ts'
export { attachRecordConsumer, attachRecordProducer, type RecordRing, recordRing } from './shared/record-ring.ts'
export { attachSlabRing, slabRing } from './shared/slab-ring.ts'
