export * from '@millrace/ring/codec/structured'
