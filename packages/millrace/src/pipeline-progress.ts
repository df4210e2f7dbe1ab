export * from '@millrace/pipeline/progress'
