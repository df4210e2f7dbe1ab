export * from '@millrace/pool'
