export * from '@millrace/pool/prometheus'
