export * from '@millrace/queue'
