export * from '@millrace/ring/shared'
