export * from '@millrace/queue-client'
