export * from '@millrace/mpsc/shared'
