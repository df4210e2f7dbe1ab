/** The least that fastify does for a request with a body: the floor of a pool behind it. */
import fastify from 'fastify'

const app = fastify()
app.post('/submit/:timeoutMs', async ({ body }) => body)
console.log(await app.listen({ port: 0, host: '127.0.0.1' }))
