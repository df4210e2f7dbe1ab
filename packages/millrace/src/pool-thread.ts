export * from '@millrace/pool/thread'
