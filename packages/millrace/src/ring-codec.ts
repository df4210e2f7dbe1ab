export * from '@millrace/ring/codec'
