export * from '@millrace/notify/shared'
