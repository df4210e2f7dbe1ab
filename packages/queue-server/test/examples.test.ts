import { runExamples } from '../../../tooling/examples.ts'

Object.assign(process.env, { ADMIN_TOKEN: 'admin-admin-admin', WORKER_TOKEN: 'worker-worker-worker' })
runExamples(import.meta.url)
