export * from '@millrace/mpmc/shared'
