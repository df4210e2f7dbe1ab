export * from '@millrace/pipeline/trace'
