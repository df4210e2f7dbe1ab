export * from '@millrace/pool/shared'
